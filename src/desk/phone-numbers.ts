import { createHash } from 'node:crypto';
import { Secret } from '../domain/secret.ts';
import type { AccountMode } from '../graph/checks.ts';
import type { FieldValue, PhoneNumberFields } from '../graph/facts.ts';
import type { ListProgress } from '../graph/pages.ts';
import { DeskError } from './errors.ts';
import { askMeta, type AccountTarget, type MetaDeps, type NumberTarget } from './meta.ts';

/** What a person wants to see of a number who did not say what: who it is, whose move it is. */
export const DEFAULT_FIELDS: readonly string[] = [
  ...['id', 'display_phone_number', 'verified_name', 'code_verification_status'],
  ...['status', 'name_status', 'account_mode'],
];

/** Empty pages of a list that are passed over for one question. */
const MAX_EMPTY_PAGES = 20;

/** One number as Meta names its fields. Secrets are shown by their SHA-256, unless the person asked for the values. */
export type NumberView = Readonly<Record<string, ShownValue>>;

type ShownValue =
  | string
  | number
  | boolean
  | null
  | readonly ShownValue[]
  | { readonly [name: string]: ShownValue };

interface Shown {
  /** Meta's names; `id` always comes. Absent: what Meta answers by itself. */
  readonly fields?: readonly string[];
  /** Certificates in clear, for who may see them. */
  readonly isRevealed?: boolean;
}

export interface ListQuery extends AccountTarget, Shown {
  readonly accountMode?: AccountMode;
}

export interface Sorting {
  /** One of `fields`. */
  readonly field: string;
  readonly isDescending: boolean;
}

export async function readNumber(
  deps: MetaDeps,
  { phoneNumberId, fields, isRevealed, ...target }: NumberTarget & Shown,
): Promise<NumberView> {
  const asked = { phoneNumberId, ...(fields === undefined ? {} : { fields }) };
  const number = await askMeta(deps, target, {
    isRead: true,
    ask: (token) => deps.graph.readPhoneNumberFields({ token, ...asked }),
  });
  return viewOf(number, isRevealed);
}

/** What a number's name and certificates have come to, beside the rest; the certificates are not in every version of Meta's API. */
const STATUS_FIELDS = [...DEFAULT_FIELDS, 'new_name_status', 'certificate', 'new_certificate'];

/** The number for who did not say which fields. */
export async function readNumberStatus(deps: MetaDeps, target: NumberTarget): Promise<NumberView> {
  try {
    return await readNumber(deps, { ...target, fields: STATUS_FIELDS });
  } catch (error) {
    const isFieldGone = error instanceof DeskError && error.code === 'invalid_input';
    if (!isFieldGone) throw error;
    return await readNumber(deps, { ...target, fields: DEFAULT_FIELDS });
  }
}

/** One page of an account's list: not empty unless it is the last. `after` of one answer asks for the next. */
export async function pageOfNumbers(
  deps: MetaDeps,
  query: ListQuery & { readonly limit?: number; readonly after?: string },
): Promise<{ readonly numbers: readonly NumberView[]; readonly after: string | undefined }> {
  let { after } = query;
  for (let pages = 0; pages < MAX_EMPTY_PAGES; pages++) {
    const page = await readPage(deps, query, after);
    const numbers = page.items.map((number) => viewOf(number, query.isRevealed));
    if (!page.hasMore) return { numbers, after: undefined };
    const isStuck = page.after === undefined || page.after === after;
    if (numbers.length > 0 && !isStuck) return { numbers, after: page.after };
    if (isStuck) break;
    ({ after } = page);
  }
  throw new DeskError('meta_unavailable', "Meta's list does not go on; ask for it from its start");
}

function readPage(
  deps: MetaDeps,
  query: ListQuery & { readonly limit?: number },
  after: string | undefined,
) {
  const { limit } = query;
  return askMeta(deps, query, {
    isRead: true,
    ask: (token) =>
      deps.graph.readPhoneNumberFieldsPage({
        ...{ token, ...askedOf(query) },
        ...(limit === undefined ? {} : { limit }),
        ...(after === undefined ? {} : { after }),
      }),
  });
}

/** Every number of an account: in Meta's order, or sorted here, as Meta's own sorting is not to be relied on. */
export async function allNumbers(
  deps: MetaDeps,
  query: ListQuery & {
    readonly sorting?: Sorting;
    readonly onPage?: (progress: ListProgress) => void;
  },
): Promise<readonly NumberView[]> {
  const { onPage, sorting } = query;
  let pages = 0;
  const numbers = await askMeta(deps, query, {
    isRead: true,
    ask: async (token) => {
      const found: NumberView[] = [];
      const all = deps.graph.listPhoneNumberFields({
        ...{ token, ...askedOf(query) },
        onPage: (progress) => {
          ({ pages } = progress);
          onPage?.(progress);
        },
      });
      for await (const number of all) found.push(viewOf(number, query.isRevealed));
      return found;
    },
  });
  await countMore(deps, query, pages - 1);
  return sorting === undefined ? numbers : sorted(numbers, sorting);
}

/** The pages after the first, which had its turn: made already, so they are only counted. */
export async function countMore(
  { store }: MetaDeps,
  target: AccountTarget,
  calls: number,
): Promise<void> {
  const { wabaId } = target;
  if (calls <= 0) return;
  await store?.pacing.permit({ wabaId, who: 'desk', urgencyMs: 0, calls, atOnce: true });
}

function askedOf({ wabaId, fields, accountMode }: ListQuery) {
  return {
    wabaId,
    ...(fields === undefined ? {} : { fields }),
    ...(accountMode === undefined ? {} : { accountMode }),
  };
}

function sorted(
  numbers: readonly NumberView[],
  { field, isDescending }: Sorting,
): readonly NumberView[] {
  const sign = isDescending ? -1 : 1;
  const collator = new Intl.Collator('en', { numeric: true });
  return numbers.toSorted(
    (one, other) => sign * collator.compare(textOf(one[field]), textOf(other[field])),
  );
}

/** As a cell of a table. */
export function textOf(value: ShownValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function viewOf({ phoneNumberId, fields }: PhoneNumberFields, isRevealed = false): NumberView {
  return { id: phoneNumberId, ...shownFields(fields, isRevealed) };
}

function shownFields(
  fields: Readonly<Record<string, FieldValue>>,
  isRevealed: boolean,
): NumberView {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const open = name.includes('certificate') ? certificateOf(isRevealed) : String;
      return [name, shown(value, open, isRevealed)];
    }),
  );
}

function shown(
  value: FieldValue,
  open: (secret: Secret) => string,
  isRevealed: boolean,
): ShownValue {
  if (value instanceof Secret) return open(value);
  if (typeof value !== 'object' || value === null) return value;
  return isList(value)
    ? value.map((each) => shown(each, open, isRevealed))
    : shownFields(value, isRevealed);
}

function isList(value: object): value is readonly FieldValue[] {
  return Array.isArray(value);
}

/** The digest is enough to see that a certificate is there, and whether it is another one than before. */
function certificateOf(isRevealed: boolean): (secret: Secret) => string {
  if (isRevealed) return (secret) => secret.reveal();
  return (secret) => `sha256:${createHash('sha256').update(secret.reveal()).digest('hex')}`;
}
