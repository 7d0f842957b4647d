import { success } from './call.ts';
import { numberFields, showNumber, showWaba } from './fields.ts';
import { GraphRefusal, invalidParameter } from './graph-errors.ts';
import { shakeHands } from './deliveries.ts';
import type { Plan, WabaCall } from './call.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { World } from './world.ts';

const PAGE_DEFAULT = 25;
const PAGE_MOST = 100;

export function readWaba(call: WabaCall): Plan {
  return { body: showWaba(call.waba, call) };
}

/** `GET /{WABA}/phone_numbers`: newest onboarded first, in pages. */
export function listNumbers(call: WabaCall): Plan {
  const names = numberFields(call);
  const wanted = accountModeFilter(call.params.get('filtering'));
  const all = numbersOf(call).filter((n) => wanted === undefined || n.account_mode === wanted);
  const { page, hasMore, hasEarlier } = cut(all, call);
  const data = page.map((number) => showNumber(shownOf(call, number), names, call));
  const [first, last] = [page[0], page.at(-1)];
  if (first === undefined || last === undefined) return { body: { data } };
  const cursors = { before: cursorOf(first), after: cursorOf(last) };
  const next = hasMore ? linkTo(call, 'after', cursors.after) : undefined;
  const previous = hasEarlier ? linkTo(call, 'before', cursors.before) : undefined;
  return { body: { data, paging: { cursors, next, previous } } };
}

/** What a read shows of a number: while an effect is late, how it was before. */
export function shownOf(
  { fake, nowMs }: { fake: { world: World }; nowMs: number },
  number: PhoneNumber,
): PhoneNumber {
  const late = fake.world.late[number.id];
  return late !== undefined && nowMs < late.until_ms ? late.seen : number;
}

function numbersOf({ fake, waba }: WabaCall): PhoneNumber[] {
  const since = (number: PhoneNumber): number => number.last_onboarded_at_ms ?? number.added_at_ms;
  return Object.values(fake.world.numbers)
    .filter((number) => number.waba_id === waba.id && !number.gone)
    .sort((a, b) => since(b) - since(a) || b.seq - a.seq);
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

interface Cut {
  page: PhoneNumber[];
  hasMore: boolean;
  hasEarlier: boolean;
}

function cut(all: PhoneNumber[], { params }: WabaCall): Cut {
  const limit = pageSize(params.get('limit'));
  const after = params.get('after');
  const before = params.get('before');
  let start = 0;
  let end = limit;
  if (after !== undefined) {
    start = positionOf(all, after) + 1;
    end = start + limit;
  } else if (before !== undefined) {
    end = positionOf(all, before);
    start = Math.max(0, end - limit);
  }
  return { page: all.slice(start, end), hasMore: end < all.length, hasEarlier: start > 0 };
}

function pageSize(text: string | undefined): number {
  if (text === undefined) return PAGE_DEFAULT;
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw invalidParameter('limit is not valid.');
  return Math.min(Number(text), PAGE_MOST);
}

function cursorOf(number: PhoneNumber): string {
  return Buffer.from(`cursor:${number.id}`).toString('base64url');
}

function positionOf(all: PhoneNumber[], cursor: string): number {
  const position = all.findIndex((number) => cursorOf(number) === cursor);
  if (position === -1) throw invalidParameter('The cursor is not valid.');
  return position;
}

/** Like Graph's own links, it carries the token: a reason not to log it. */
function linkTo(call: WabaCall, direction: 'after' | 'before', cursor: string): string {
  const link = new URL(call.path, call.origin);
  for (const [name, value] of call.params)
    if (name !== 'after' && name !== 'before') link.searchParams.set(name, value);
  link.searchParams.set('access_token', call.grant.value);
  link.searchParams.set(direction, cursor);
  return link.href;
}

export function readSubscription(call: WabaCall): Plan {
  const { app } = call.fake.world;
  const { subscribed } = call.waba;
  if (subscribed === undefined) return { body: { data: [] } };
  const link = `https://www.facebook.com/games/?app_id=${app.id}`;
  const entry = {
    whatsapp_business_api_data: { id: app.id, link, name: app.name },
    override_callback_uri: subscribed.override_callback_uri,
  };
  return { body: { data: [entry] } };
}

/** `POST /{WABA}/subscribed_apps`. Without an override it also removes an existing one. */
export async function subscribe(call: WabaCall): Promise<Plan> {
  const { waba, params } = call;
  const url = params.get('override_callback_uri');
  if (url !== undefined) await checkOverride(call, url);
  const changes = waba.subscribed === undefined || waba.subscribed.override_callback_uri !== url;
  return {
    body: success(call),
    effect: changes
      ? () => {
          waba.subscribed = { override_callback_uri: url };
        }
      : undefined,
  };
}

async function checkOverride({ waba, params, fake }: WabaCall, url: string): Promise<void> {
  if (waba.subscribed === undefined)
    throw new GraphRefusal(100, {
      title:
        'Before override the current callback uri, your app must be subscribed to receive messages ' +
        'for WhatsApp Business Account',
    });
  if (url.length > 200) throw invalidParameter('override_callback_uri is too long.');
  const verifyToken = params.get('verify_token') ?? '';
  const { accepted } = await shakeHands(fake.world, { url, verifyToken });
  if (!accepted)
    throw new GraphRefusal(100, {
      details: 'The callback URL or verify token could not be validated.',
    });
}

export function unsubscribe(call: WabaCall): Plan {
  const { waba } = call;
  return {
    body: success(call),
    effect:
      waba.subscribed === undefined
        ? undefined
        : () => {
            waba.subscribed = undefined;
          },
  };
}
