import type { AttemptOutcome } from '../domain/register-protocol.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import { attemptOnce, type Attempt } from './attempt-once.ts';

export interface RegisterDeps {
  readonly graph: Pick<GraphClient, 'register'>;
  readonly store: Pick<Store, 'attempts' | 'credentials'>;
  readonly monotonicMs: () => number;
}

export interface RegisterOrder extends Omit<Attempt, 'call' | 'send'> {
  readonly token: Secret;
  readonly dataLocalizationRegion?: string;
}

/** One request to `/register`, always with the number's one PIN. */
export async function registerOnce(
  { graph, store, monotonicMs }: RegisterDeps,
  { token, dataLocalizationRegion, ...attempt }: RegisterOrder,
): Promise<AttemptOutcome> {
  const { phoneNumberId, n } = attempt;
  const pin = await store.credentials.pinOf(phoneNumberId);
  if (pin === undefined) return await store.attempts.settle(phoneNumberId, n);
  const region = dataLocalizationRegion === undefined ? {} : { dataLocalizationRegion };
  return await attemptOnce(
    { ledger: store.attempts, monotonicMs },
    {
      ...attempt,
      call: 'register',
      send: () => graph.register({ phoneNumberId, token, pin, ...region }),
    },
  );
}
