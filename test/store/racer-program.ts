// A process with a store of its own: does what its parent asks and answers.
import { z } from 'zod';
import { Secret } from '../../src/domain/secret.ts';
import { openPostgresStore } from '../../src/store/postgres.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { newAttempt, newSignup, phoneNumberId, T0_MS, wabaId } from './builders.ts';

const requestSchema = z.object({
  id: z.number(),
  what: z.enum([
    'load',
    'open',
    'reserve',
    'send',
    'pin',
    'permit',
    'claim',
    'accept',
    'accept-for-ever',
  ]),
  argument: z.string(),
});
const homeSchema = z.object({
  sealingKeyFile: z.string(),
  password: z.string(),
  place: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('sqlite'), path: z.string() }),
    z.object({
      kind: z.literal('postgres'),
      host: z.string(),
      port: z.number(),
      database: z.string(),
      user: z.string(),
    }),
  ]),
});

let store: Store | undefined;

async function open(home: string): Promise<string> {
  await store?.close();
  const { place, password, sealingKeyFile } = homeSchema.parse(JSON.parse(home));
  const options = { sealingKeyFile, nowMs: () => T0_MS };
  const address = { password: new Secret(password), tls: false } as const;
  store =
    place.kind === 'sqlite'
      ? await openSqliteStore({ path: place.path, ...options })
      : await openPostgresStore({ address: { ...place, ...address }, ...options });
  return 'opened';
}

async function reserve({ attempts }: Store, number: string): Promise<string> {
  const requestKey = `${String(process.pid)}/${number}`;
  const attempt = newAttempt({ phoneNumberId: phoneNumberId(number), requestKey });
  return (await attempts.reserve(attempt)).kind;
}

async function drawPin({ credentials }: Store, number: string): Promise<string> {
  await credentials.ensurePin(phoneNumberId(number));
  return (await credentials.pinOf(phoneNumberId(number)))?.reveal() ?? 'no PIN';
}

/** More than half of what an account may use in an hour. */
async function permit({ pacing }: Store, account: string): Promise<string> {
  const who = String(process.pid);
  return (await pacing.permit({ wabaId: wabaId(account), who, urgencyMs: 0, calls: 100 })).kind;
}

async function accept({ signups }: Store, number: string): Promise<string> {
  const signup = newSignup({ idempotencyKey: number, phoneNumberId: phoneNumberId(number) });
  return (await signups.accept(signup)).id;
}

async function acceptForEver(opened: Store): Promise<string> {
  for (let i = 1; ; i++) {
    await accept(opened, String(i));
    process.send?.({ id: 0, answer: String(i) });
  }
}

type Deed = (opened: Store, argument: string) => Promise<string>;

const DEEDS: Readonly<Record<string, Deed>> = {
  reserve,
  send: async ({ attempts }, number) =>
    String(await attempts.startSending(phoneNumberId(number), 1)),
  pin: drawPin,
  permit,
  claim: async ({ accounts }, account) => String(await accounts.claimSubscription(wabaId(account))),
  accept,
  'accept-for-ever': acceptForEver,
};

async function obey({ what, argument }: z.infer<typeof requestSchema>): Promise<string> {
  if (what === 'load') return 'loaded';
  if (what === 'open') return open(argument);
  if (store === undefined) return 'no store is open';
  return (await DEEDS[what]?.(store, argument)) ?? 'nobody can do that';
}

process.on('message', (message) => {
  const request = requestSchema.parse(message);
  obey(request).then(
    (answer) => process.send?.({ id: request.id, answer }),
    (error: unknown) => process.send?.({ id: request.id, answer: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
