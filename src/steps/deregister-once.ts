import type { AttemptOutcome } from '../domain/register-protocol.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import { attemptOnce, type Attempt } from './attempt-once.ts';

export interface DeregisterDeps {
  readonly graph: Pick<GraphClient, 'deregister'>;
  readonly store: Pick<Store, 'deregistrations'>;
  readonly monotonicMs: () => number;
}

/** One request to `/deregister`. A number that is off already counts as done: somebody else was faster. */
export async function deregisterOnce(
  { graph, store, monotonicMs }: DeregisterDeps,
  { token, ...attempt }: Omit<Attempt, 'call' | 'send'> & { readonly token: Secret },
): Promise<AttemptOutcome> {
  const { phoneNumberId } = attempt;
  const outcome = await attemptOnce(
    { ledger: store.deregistrations, monotonicMs },
    { ...attempt, call: 'deregister', send: () => graph.deregister({ token, phoneNumberId }) },
  );
  const isOff = outcome.kind === 'refused' && outcome.refusal.cause === 'not_registered';
  return isOff ? { kind: 'ok' } : outcome;
}
