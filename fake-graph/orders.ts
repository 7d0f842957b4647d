/** What a tester sent along with an order. */
export interface Told {
  body: unknown;
  query: URLSearchParams;
  /** Of the number or account the order is about. */
  id: string | undefined;
}

/** One call of the control API. @throws BadOrder or a ZodError when it makes no sense */
export type Order = (told: Told) => unknown;
