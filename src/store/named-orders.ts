export interface NamedOrder {
  /** Keyed hash of who gives the order, and of the key that names it. */
  readonly nameHash: string;
  /** Keyed hash of what is ordered: tells a repeat from another order under the same key. */
  readonly bodyHash: string;
}

export interface KeptAnswer {
  readonly status: number;
  /** Holds no secret. */
  readonly answer: string;
  readonly location?: string;
}

export type Begun =
  | { readonly kind: 'new' }
  | { readonly kind: 'other-body' }
  | { readonly kind: 'running' }
  /** It was begun, and nobody knows how it ended. */
  | { readonly kind: 'lost' }
  | ({ readonly kind: 'answered' } & KeptAnswer);

/** What callers have ordered under keys of their own, for a day. */
export interface Orders {
  /** `new` for one caller alone, who then works on it. */
  begin(order: NamedOrder): Promise<Begun>;
  keepAnswer(nameHash: string, answer: KeptAnswer): Promise<void>;
  /** Nothing came of it: the next one under the key is a first one. */
  drop(nameHash: string): Promise<void>;
  /** Drops what is older than a day. */
  forgetOld(): Promise<void>;
}
