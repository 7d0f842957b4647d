/** What ends by no date comes last where rows are ordered by their deadline; no Date can be later. */
const NEVER_MS = 8_640_000_000_000_000;

/** The column may not be null. */
export function deadlineColumnOf(deadlineAtMs?: number): number {
  return deadlineAtMs ?? NEVER_MS;
}

/** The row as the rest of the code wants it: without a deadline where there is none. */
export function withDeadline<Row extends { readonly deadlineAtMs: number }>({
  deadlineAtMs,
  ...row
}: Row): Omit<Row, 'deadlineAtMs'> & { readonly deadlineAtMs?: number } {
  return deadlineAtMs === NEVER_MS ? row : { ...row, deadlineAtMs };
}
