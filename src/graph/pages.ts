import { checkedLimit } from './checks.ts';
import { GraphMalformed } from './errors.ts';
import type { Page } from './schemas.ts';

/** Meta's greatest page. */
export const PAGE_SIZE = 100;
const MAX_PAGES = 400;

/** Where a list has got to: for people who wait. */
export interface ListProgress {
  /** Pages read, the empty ones too. */
  readonly pages: number;
  /** Items in them. */
  readonly items: number;
  readonly isLast: boolean;
}

export interface ListArgs {
  /** Items a page at most, 1-100; 100 if absent. */
  readonly limit?: number;
  /** Told after each page that has arrived, before its items are handed out. */
  readonly onPage?: (progress: ListProgress) => void;
}

/**
 * Every item of a list, in Meta's order, with one page at a time in memory. Pages may be short or empty.
 * @throws GraphMalformed if the list comes back to a page, or does not end: nothing may be concluded from a part
 */
export async function* itemsOf<T>(
  attempted: string,
  { limit = PAGE_SIZE, onPage }: ListArgs,
  readPage: (query: Readonly<Record<string, string>>) => Promise<Page<T>>,
): AsyncGenerator<T> {
  const cursors = new Set<string>();
  let query: Record<string, string> = { limit: checkedLimit(limit) };
  let read = 0;
  for (let pages = 1; pages <= MAX_PAGES; pages++) {
    const { items, hasMore, after } = await readPage(query);
    read += items.length;
    onPage?.({ pages, items: read, isLast: !hasMore });
    yield* items;
    if (!hasMore) return;
    if (after === undefined || cursors.has(after)) throw looping(attempted, after);
    cursors.add(after);
    query = { ...query, after };
  }
  const endless = `the list has more than ${MAX_PAGES} pages`;
  throw new GraphMalformed(attempted, 'paging.next', endless);
}

function looping(attempted: string, after: string | undefined): GraphMalformed {
  const fault =
    after === undefined
      ? 'the list goes on without a cursor'
      : 'the list comes back to a page that was read before';
  return new GraphMalformed(attempted, 'paging.cursors.after', fault);
}
