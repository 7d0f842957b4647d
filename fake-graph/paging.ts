import { invalidParameter } from './graph-errors.ts';
import type { Call } from './call.ts';
import type { Token } from './world.ts';

const PAGE_DEFAULT = 25;
const PAGE_MOST = 100;

type ListCall = Call & { grant: Token };

interface Page<T> {
  items: readonly T[];
  paging: unknown;
}

/**
 * A page of the list, as `limit`, `after` and `before` ask for it and as the fault bends it: short or empty with more to
 * come, or with a cursor that leads back to itself.
 * @throws GraphRefusal 100 for a bad limit or cursor
 */
export function pageOf<T extends { id: string }>(all: readonly T[], call: ListCall): Page<T> {
  const { start, end } = rangeOf(all, call);
  const items = all.slice(start, end);
  const [first, last] = [items[0], items.at(-1)];
  if (call.fault?.kind === 'paging_empty') return turnedTo(call, [], emptyCursor(call));
  if (call.fault?.kind === 'paging_loop')
    return turnedTo(call, items, call.params.get('after') ?? emptyCursor(call));
  if (first === undefined || last === undefined) return { items, paging: undefined };
  const cursors = {
    before: cursorOf(first.id, start),
    after: cursorOf(last.id, start + items.length - 1),
  };
  const next = end < all.length ? linkTo(call, 'after', cursors.after) : undefined;
  const previous = start > 0 ? linkTo(call, 'before', cursors.before) : undefined;
  return { items, paging: { cursors, next, previous } };
}

function turnedTo<T>(call: ListCall, items: readonly T[], after: string): Page<T> {
  const before = call.params.get('after') ?? cursorOf('', 0);
  return { items, paging: { cursors: { before, after }, next: linkTo(call, 'after', after) } };
}

/** Leads to where the asked page begins, and is not the cursor it was asked with. */
function emptyCursor({ params, fake }: ListCall): string {
  const after = params.get('after');
  const id = after === undefined ? '' : placeOf(after)?.id;
  return cursorOf(id ?? '', fake.world.ledger.length);
}

interface Range {
  start: number;
  /** Of a last page it may lie behind the list. */
  end: number;
}

function rangeOf(all: readonly { id: string }[], { params, fault }: ListCall): Range {
  const asked = pageSize(params.get('limit'));
  const limit = fault?.kind === 'paging_short' ? Math.min(asked, fault.items) : asked;
  const after = params.get('after');
  const before = params.get('before');
  if (after !== undefined) {
    const start = positionOf(all, after) + 1;
    return { start, end: start + limit };
  }
  if (before === undefined) return { start: 0, end: limit };
  const end = positionOf(all, before);
  return { start: Math.max(0, end - limit), end };
}

function pageSize(text: string | undefined): number {
  if (text === undefined) return PAGE_DEFAULT;
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw invalidParameter('limit is not valid.');
  return Math.min(Number(text), PAGE_MOST);
}

/** The hint says where to look first; a wrong one changes the text and not the place. */
function cursorOf(id: string, hint: number): string {
  return Buffer.from(`cursor:${id}:${hint}`).toString('base64url');
}

function placeOf(cursor: string): { id: string; hint: number } | undefined {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, id, hint] = /^cursor:([0-9]*):([0-9]+)$/.exec(text) ?? [];
  return id === undefined ? undefined : { id, hint: Number(hint) };
}

/** Of the item a cursor names; -1 for the cursor that stands before the list. */
function positionOf(all: readonly { id: string }[], cursor: string): number {
  const place = placeOf(cursor);
  if (place?.id === '') return -1;
  if (place !== undefined && all[place.hint]?.id === place.id) return place.hint;
  const position = all.findIndex((item) => item.id === place?.id);
  if (position === -1) throw invalidParameter('The cursor is not valid.');
  return position;
}

/** Like Graph's own links, it carries the token: a reason not to log it. */
function linkTo(call: ListCall, direction: 'after' | 'before', cursor: string): string {
  const link = new URL(call.path, call.origin);
  for (const [name, value] of call.params)
    if (name !== 'after' && name !== 'before') link.searchParams.set(name, value);
  link.searchParams.set('access_token', call.grant.value);
  link.searchParams.set(direction, cursor);
  return link.href;
}
