import { z } from 'zod';
import { playAccount } from './graph-calls/played.ts';

// Started by graph-calls.ts, with the numbers of one account as JSON; prints the calls they took.
const orderSchema = z.object({
  account: z.array(z.object({ reviewMs: z.number(), webhookMs: z.number(), luck: z.number() })),
  loss: z.number(),
});

const { account, loss } = orderSchema.parse(JSON.parse(process.argv[2] ?? ''));
const calls = await playAccount(account, loss);
process.stdout.write(calls.toString());
