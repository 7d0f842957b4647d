import { numberFields, showNumber } from './fields.ts';
import { invalidParameter } from './graph-errors.ts';
import { seenBy } from './history.ts';
import { pageOf } from './paging.ts';
import { listedNumbers } from './roster.ts';
import type { Plan, WabaCall } from './call.ts';
import type { PhoneNumber } from './phone-number.ts';

/** `GET /{WABA}/phone_numbers`: newest onboarded first unless sorted otherwise, in pages. */
export function listNumbers(call: WabaCall): Plan {
  const names = numberFields(call);
  const { items, paging } = pageOf(sorted(filtered(call), call), call);
  const data = items.flatMap((number) => {
    const seen = seenBy(call, number);
    return seen === undefined ? [] : [showNumber(seen.number, names, { ...call, ...seen })];
  });
  return { body: { data, paging } };
}

function filtered({ fake, waba, params }: WabaCall): readonly PhoneNumber[] {
  const mode = accountModeFilter(params.get('filtering'));
  const digits = params.get('display_phone_number')?.replace(/\D/g, '');
  const listed = listedNumbers(fake.world, waba.id);
  if (mode === undefined && digits === undefined) return listed;
  return listed.filter(
    (number) =>
      (mode === undefined || number.account_mode === mode) &&
      (digits === undefined || number.digits === digits),
  );
}

/** Meta calls this filter beta and documents one field and one operator. @throws GraphRefusal 100 for anything else */
function accountModeFilter(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = parseJson(text);
  const filter: unknown = Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : undefined;
  if (
    isRecord(filter) &&
    filter['field'] === 'account_mode' &&
    filter['operator'] === 'EQUAL' &&
    (filter['value'] === 'SANDBOX' || filter['value'] === 'LIVE')
  )
    return filter['value'];
  throw invalidParameter('filtering is not valid.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function sorted(listed: readonly PhoneNumber[], call: WabaCall): readonly PhoneNumber[] {
  const list = inOrder(listed, call.params.get('sort'));
  const { fault } = call;
  if (fault?.kind !== 'number_on_last_page') return list;
  const isLast = (number: PhoneNumber): boolean => number.id === (fault.number ?? list[0]?.id);
  return [...list.filter((number) => !isLast(number)), ...list.filter(isLast)];
}

/** They come newest onboarded first. */
function inOrder(listed: readonly PhoneNumber[], sort: string | undefined): readonly PhoneNumber[] {
  if (sort === undefined) return listed;
  const { by, sign } = orderOf(sort);
  return listed.toSorted((a, b) => sign * (by(a) - by(b) || a.seq - b.seq));
}

interface ListOrder {
  by: (number: PhoneNumber) => number;
  sign: 1 | -1;
}

const created = (number: PhoneNumber): number => number.added_at_ms;
const onboarded = (number: PhoneNumber): number =>
  number.last_onboarded_at_ms ?? number.added_at_ms;

/** The guide writes `['last_onboarded_time_ascending']`, Meta's OpenAPI file `last_onboarded_time.asc`: both are taken. */
function orderOf(text: string): ListOrder {
  const [, field, way] =
    /^(?:\[['"])?(creation_time|last_onboarded_time)[._](asc|desc)(?:ending)?(?:['"]\])?$/.exec(
      text,
    ) ?? [];
  if (field === undefined) throw invalidParameter('sort is not valid.');
  return { by: field === 'creation_time' ? created : onboarded, sign: way === 'asc' ? 1 : -1 };
}
