import type { AttemptOutcome } from '../domain/register-protocol.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import { attemptOnce, type Attempt } from './attempt-once.ts';

export interface ChangeNameDeps {
  readonly graph: Pick<GraphClient, 'changeDisplayName'>;
  readonly store: Pick<Store, 'nameChanges'>;
  readonly monotonicMs: () => number;
}

/** One request for another display name. */
export async function changeNameOnce(
  { graph, store, monotonicMs }: ChangeNameDeps,
  order: Omit<Attempt, 'call' | 'send'> & { readonly token: Secret; readonly name: string },
): Promise<AttemptOutcome> {
  const { token, name, ...attempt } = order;
  const { phoneNumberId } = attempt;
  return await attemptOnce(
    { ledger: store.nameChanges, monotonicMs },
    {
      ...attempt,
      call: 'name',
      send: () => graph.changeDisplayName({ token, phoneNumberId, name }),
    },
  );
}
