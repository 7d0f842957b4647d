import { request } from 'undici';
import { z } from 'zod';
import { startFakeGraph } from '../../fake-graph/server.ts';
import { Secret } from '../../src/domain/secret.ts';
import { isBusinessId, type BusinessId } from '../../src/graph/ids.ts';

const ledgerSchema = z.object({
  requests: z.array(
    z.looseObject({
      at_ms: z.number(),
      method: z.string(),
      path: z.string(),
      pinSha256: z.string().optional(),
      effectApplied: z.boolean(),
      answerDelivered: z.boolean(),
      http: z.number().optional(),
      code: z.number().optional(),
    }),
  ),
});

export type LedgerEntry = z.output<typeof ledgerSchema>['requests'][number];

const deliveriesSchema = z.object({
  deliveries: z.array(
    z.looseObject({ field: z.string(), number: z.string().optional(), state: z.string() }),
  ),
});

type Delivery = z.output<typeof deliveriesSchema>['deliveries'][number];

const signupSchema = z.object({
  code: z.string(),
  phone_number_id: z.string(),
  waba_id: z.string(),
});

/** Meta's side of a test: fake-graph over real HTTP, steered by its control API. */
export interface FakeMeta {
  readonly url: string;
  readonly appId: string;
  readonly appSecret: string;
  post(path: string, body?: unknown): Promise<unknown>;
  patch(path: string, body: unknown): Promise<unknown>;
  remove(path: string): Promise<void>;
  /** A customer ends Embedded Signup. */
  signUp(order: unknown): Promise<z.output<typeof signupSchema>>;
  /** Every Graph request about a number, oldest first: the judge of "registered once". */
  ledgerOf(phoneNumberId: string): Promise<readonly LedgerEntry[]>;
  registersOf(phoneNumberId: string): Promise<readonly LedgerEntry[]>;
  /** Every request, whatever it is about. */
  ledger(): Promise<readonly LedgerEntry[]>;
  /** Has our app subscribed to the account? Without it Meta sends no webhook of its numbers. */
  isSubscribed(wabaId: string): Promise<boolean>;
  /** Meta's review of the name ends, with its webhook. */
  decideName(phoneNumberId: string, decision: 'APPROVED' | 'REJECTED'): Promise<void>;
  /** Webhooks about a number, delivered or not. */
  deliveriesOf(phoneNumberId: string): Promise<readonly Delivery[]>;
}

export const APP_ID = '670843887433847';
export const APP_SECRET = '0123456789abcdef0123456789abcdef';
export const VERIFY_TOKEN = 'a-verify-token';

/** Steers a fake-graph that runs somewhere else. */
export function steer(url: string): FakeMeta {
  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ) => {
    const answer = await request(`${url}/_fake${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    return parsed;
  };
  const ledgerOf = async (phoneNumberId: string) =>
    ledgerSchema.parse(await call('GET', `/ledger?number=${phoneNumberId}`)).requests;
  return {
    url,
    appId: APP_ID,
    appSecret: APP_SECRET,
    post: (path, body = {}) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    remove: async (path) => {
      await call('DELETE', path);
    },
    signUp: async (order) => signupSchema.parse(await call('POST', '/signup', order)),
    ledgerOf,
    ledger: async () => ledgerSchema.parse(await call('GET', '/ledger')).requests,
    isSubscribed: async (wabaId) => {
      const { requests } = ledgerSchema.parse(await call('GET', '/ledger'));
      return requests.some(
        ({ method, path, effectApplied }) =>
          method === 'POST' && effectApplied && path.endsWith(`/${wabaId}/subscribed_apps`),
      );
    },
    decideName: async (phoneNumberId, decision) => {
      await call('POST', `/numbers/${phoneNumberId}/name-decision`, { decision });
    },
    deliveriesOf: async (phoneNumberId) => {
      const { deliveries } = deliveriesSchema.parse(await call('GET', '/webhooks'));
      return deliveries.filter(({ number }) => number === phoneNumberId);
    },
    registersOf: async (phoneNumberId) =>
      (await ledgerOf(phoneNumberId)).filter(({ path }) => path.endsWith('/register')),
  };
}

export interface RunningFakeMeta extends FakeMeta {
  close(): Promise<void>;
}

/** In this process; unless said otherwise with a clock that moves only when told, and without webhooks. */
export async function startFakeMeta(
  options: { readonly clock?: 'frozen' | 'real'; readonly callbackUrl?: string } = {},
): Promise<RunningFakeMeta> {
  const { clock = 'frozen', callbackUrl } = options;
  const server = await startFakeGraph({
    port: 0,
    clock: { mode: clock, factor: 1 },
    app: {
      id: APP_ID,
      secret: APP_SECRET,
      verify_token: VERIFY_TOKEN,
      ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }),
    },
  });
  return { ...steer(server.url), close: () => server.close() };
}

const tokenShape = z.looseObject({ value: z.string() });

/** The emulator's own portfolio of the partner, with a fresh token. */
export async function partnerOf(
  meta: Pick<FakeMeta, 'post'>,
): Promise<{ readonly businessId: BusinessId; readonly token: Secret }> {
  const { value } = tokenShape.parse(await meta.post('/tokens', { kind: 'system' }));
  const businessId = '506914307656634';
  if (!isBusinessId(businessId)) throw new TypeError('no business id');
  return { businessId, token: new Secret(value) };
}
