import { parseArgs } from 'node:util';
import { request } from 'undici';
import { z } from 'zod';

const SECOND_MS = 1000;

/** Three customers, so that a newcomer sees a number go through, one that is stuck, and one whose name is declined. */
const CUSTOMERS = [
  {
    name: 'Lucky Shrub',
    number: {
      name_status: 'PENDING_REVIEW',
      review: { decision: 'APPROVED', after_ms: 8 * SECOND_MS },
    },
  },
  {
    name: 'Corner Bakery',
    number: {
      on_handset: true,
      name_status: 'PENDING_REVIEW',
      review: { decision: 'APPROVED', after_ms: 15 * SECOND_MS },
    },
  },
  {
    name: '*** BLUE DOOR ***',
    number: {
      name_status: 'PENDING_REVIEW',
      review: {
        decision: 'REJECTED',
        after_ms: 12 * SECOND_MS,
        reason: 'NAME_FORMAT_UNACCEPTABLE',
      },
      rename_review: { decision: 'APPROVED', after_ms: 5 * SECOND_MS },
    },
  },
];

const signupSchema = z.object({
  code: z.string(),
  phone_number_id: z.string(),
  waba_id: z.string(),
});

/**
 * Plays the customer's browser and the partner's signup page: Embedded Signup ends at Meta with a code, and the page hands
 * that to the callback.
 */
async function signUp(
  urls: { readonly fakeGraph: string; readonly starter: string },
  customer: (typeof CUSTOMERS)[number],
): Promise<void> {
  const ended = await postJson(`${urls.fakeGraph}/_fake/signup`, customer);
  await postJson(`${urls.starter}/v1/signups`, signupSchema.parse(ended));
}

async function postJson(url: string, body: unknown): Promise<unknown> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300)
    throw new Error(`POST ${url}: ${answer.statusCode.toString()} ${text}`);
  return JSON.parse(text);
}

const { values } = parseArgs({
  options: {
    'fake-graph': { type: 'string', default: 'http://127.0.0.1:4010' },
    starter: { type: 'string', default: 'http://127.0.0.1:3000' },
  },
});
const urls = { fakeGraph: values['fake-graph'], starter: values.starter };
for (const customer of CUSTOMERS) await signUp(urls, customer);
