// A process with a store of its own: does what its parent asks and answers.
import { join } from 'node:path';
import { z } from 'zod';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { filesIn, newAttempt, newSignup, phoneNumberId, T0_MS } from './builders.ts';

const [folder = ''] = process.argv.slice(2);
const requestSchema = z.object({
  id: z.number(),
  what: z.enum(['load', 'open', 'reserve', 'pin', 'accept-for-ever']),
  argument: z.string(),
});

let store: Store | undefined;

async function open(name: string): Promise<string> {
  await store?.close();
  store = await openSqliteStore({ ...filesIn(join(folder, name)), nowMs: () => T0_MS });
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

async function acceptForEver({ signups }: Store): Promise<string> {
  for (let i = 1; ; i++) {
    const number = String(i);
    await signups.accept(
      newSignup({ idempotencyKey: number, phoneNumberId: phoneNumberId(number) }),
    );
    process.send?.({ id: 0, answer: number });
  }
}

async function obey({ what, argument }: z.infer<typeof requestSchema>): Promise<string> {
  if (what === 'load') return 'loaded';
  if (what === 'open') return open(argument);
  if (store === undefined) return 'no store is open';
  if (what === 'reserve') return reserve(store, argument);
  return what === 'pin' ? drawPin(store, argument) : acceptForEver(store);
}

process.on('message', (message) => {
  const request = requestSchema.parse(message);
  obey(request).then(
    (answer) => process.send?.({ id: request.id, answer }),
    (error: unknown) => process.send?.({ id: request.id, answer: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
