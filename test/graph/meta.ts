import { onTestFinished } from 'vitest';
import { z } from 'zod';

import { startFakeGraph } from '../../fake-graph/server.ts';
import type { PhoneNumberId, WabaId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { GraphClient } from '../../src/graph/client.ts';
import type { Usage } from '../../src/graph/usage.ts';
import { APP_ID, APP_SECRET, clientOf, phoneNumberId, wabaId } from './servers.ts';

const signupSchema = z.object({
  code: z.string(),
  phone_number_id: z.string(),
  waba_id: z.string(),
});
export const ledgerSchema = z.object({
  requests: z.array(z.object({ method: z.string(), path: z.string(), effectApplied: z.boolean() })),
});

export interface Meta {
  readonly client: GraphClient;
  readonly warnings: readonly string[];
  readonly usages: readonly Usage[];
  readonly order: (method: string, path: string, body?: object) => Promise<unknown>;
  readonly signup: (order?: object) => Promise<{
    code: Secret;
    phoneNumberId: PhoneNumberId;
    wabaId: WabaId;
  }>;
  /** Requests to register that took effect, and all that arrived. */
  readonly registrations: () => Promise<{ arrived: number; applied: number }>;
}

/** An emulated Meta with our app in it, and our client. */
export async function meta(switches: object = {}): Promise<Meta> {
  const fake = await startFakeGraph({ port: 0, app: { id: APP_ID, secret: APP_SECRET } });
  onTestFinished(() => fake.close());
  const order: Meta['order'] = async (method, path, body) => {
    const answer = await fetch(`${fake.url}/_fake/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  await order('POST', 'reset', { switches: { requireProof: true, ...switches } });
  const warnings: string[] = [];
  const usages: Usage[] = [];
  const onWarning = (text: string): void => void warnings.push(text);
  const onUsage = (usage: Usage): void => void usages.push(usage);
  return {
    client: clientOf(fake.url, { onWarning, onUsage }),
    warnings,
    usages,
    order,
    signup: async (given = {}) => {
      const signup = signupSchema.parse(await order('POST', 'signup', given));
      return {
        code: new Secret(signup.code),
        phoneNumberId: phoneNumberId(signup.phone_number_id),
        wabaId: wabaId(signup.waba_id),
      };
    },
    registrations: async () => {
      const { requests } = ledgerSchema.parse(await order('GET', 'ledger'));
      const found = requests.filter(({ path }) => path.endsWith('/register'));
      return { arrived: found.length, applied: found.filter((r) => r.effectApplied).length };
    },
  };
}

/** A number whose signup has ended, with the token for it. */
export async function signedUp(
  world: Meta,
  given: object = {},
): Promise<{
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly token: Secret;
}> {
  const { code, ...ids } = await world.signup(given);
  return { ...ids, token: await world.client.exchangeCode({ code }) };
}
