import { z } from 'zod';
import { Secret } from '../../src/domain/secret.ts';
import type { RunningFakeMeta } from '../support/fake-meta.ts';
import { newSignup, phoneNumberId, wabaId } from '../store/builders.ts';
import { commandLine, openHome, program, type Ended, type Home } from './command-line.ts';

const tokenShape = z.object({ value: z.string() });
const seededShape = z.object({ phone_number_id: z.string() });
const otpShape = z.object({ code: z.string() });

/** Meta's portfolio of the partner in fake-graph. */
const PARTNER = '506914307656634';

/** An account whose customer has signed up with us: its number's onboarding runs. */
export interface Shop {
  readonly home: Home;
  readonly waba: string;
  readonly number: string;
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
  /** `account show 1`, and what comes on standard input; `env` changes the environment. */
  run(line: string, input?: string, env?: Readonly<Record<string, string>>): Promise<Ended>;
  json(line: string, input?: string): Promise<Record<string, unknown>>;
  /** In a process of its own. */
  program(line: string): Promise<Ended>;
  /** Another number of the account, proved by a code, that no onboarding takes care of. */
  added(settings?: object): Promise<string>;
}

export async function openShop(meta: RunningFakeMeta): Promise<Shop> {
  const home = await openHome();
  const signup = await meta.signUp({ number: { verified_name: 'Blue Door' } });
  const { waba_id: waba, phone_number_id: number } = signup;
  const order = { kind: 'business', wabas: [waba] };
  const token = tokenShape.parse(await meta.post('/tokens', order)).value;
  await home.store.signups.accept(
    newSignup({
      ...{ wabaId: wabaId(waba), phoneNumberId: phoneNumberId(number) },
      ...{ token: new Secret(token), deadlineAtMs: Date.now() + 14 * 86_400_000 },
    }),
  );
  const system = tokenShape.parse(await meta.post('/tokens', { kind: 'system' })).value;
  const partner = { META_BUSINESS_ID: PARTNER, META_SYSTEM_TOKEN: system };
  const env = { ...home.env, ...partner, GRAPH_BASE_URL: meta.url };
  const run: Shop['run'] = (line, input = '', more = {}) =>
    commandLine(wordsOf(line), { env: { ...env, ...more }, input });
  return {
    ...{ home, waba, number, token, env, run },
    program: (line) => program(wordsOf(line), env),
    json: async (line, input) => {
      const { out, err } = await run(`${line} --json`, input);
      return z.record(z.string(), z.unknown()).parse(JSON.parse(out || err));
    },
    added: async (settings = {}) => {
      const otp_verified_at = new Date().toISOString();
      const seeded = { waba, otp_verified_at, name_status: 'APPROVED', ...settings };
      return seededShape.parse(await meta.post('/numbers', seeded)).phone_number_id;
    },
  };
}

/** Words in quotes stay together. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** The code that Meta has sent to a number. */
export async function otpOf({ url }: RunningFakeMeta, id: string): Promise<string> {
  const answer = await fetch(`${url}/_fake/numbers/${id}/otp`);
  return otpShape.parse(await answer.json()).code;
}

/** What Meta was asked to do with a number or account, as `POST register`, done or not. */
export async function ordersIn({ url }: RunningFakeMeta, id: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/_fake/ledger`);
  const { requests } = ledgerShape.parse(await answer.json());
  return requests
    .filter(({ method, path }) => method !== 'GET' && path.split('/').includes(id))
    .map(({ method, path }) => `${method} ${path.split('/').at(-1) ?? ''}`);
}

const ledgerShape = z.object({
  requests: z.array(z.looseObject({ method: z.string(), path: z.string() })),
});
