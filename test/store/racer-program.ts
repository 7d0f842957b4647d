// A process with a store of its own: does what its parent asks and answers.
import { z } from 'zod';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { newAttempt, newSignup, phoneNumberId, T0_MS } from './builders.ts';

const [path = '', sealingKeyFile = ''] = process.argv.slice(2);
const requestSchema = z.object({
  id: z.number(),
  what: z.enum(['load', 'open', 'reserve', 'pin', 'accept-for-ever']),
  number: z.string(),
});

const open = () => openSqliteStore({ path, sealingKeyFile, nowMs: () => T0_MS });
let opening: ReturnType<typeof open> | undefined;

async function obey({ what, number }: z.infer<typeof requestSchema>): Promise<string> {
  if (what === 'load') return 'loaded';
  const store = await (opening ??= open());
  const id = phoneNumberId(number);
  switch (what) {
    case 'open':
      return 'opened';
    case 'reserve': {
      const requestKey = `${String(process.pid)}/${number}`;
      return (await store.attempts.reserve(newAttempt({ phoneNumberId: id, requestKey }))).kind;
    }
    case 'pin':
      await store.credentials.ensurePin(id);
      return (await store.credentials.pinOf(id))?.reveal() ?? '';
    case 'accept-for-ever':
      for (let i = 1; ; i++) {
        const idempotencyKey = `${number}/${String(i)}`;
        await store.signups.accept(
          newSignup({ idempotencyKey, phoneNumberId: phoneNumberId(String(i)) }),
        );
        process.send?.({ id: 0, answer: idempotencyKey });
      }
  }
}

process.on('message', (message) => {
  const request = requestSchema.parse(message);
  obey(request).then(
    (answer) => process.send?.({ id: request.id, answer }),
    (error: unknown) => process.send?.({ id: request.id, answer: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
