import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../contract/onboarding.ts';
import {
  PREVERIFY_PHONE_NUMBER,
  preverifiedSignalNames,
  preverifyIdOf,
  type PreverifyInput,
} from '../contract/preverified.ts';
import type { PreverifiedRow } from '../store/preverified.ts';
import type { Store } from '../store/store.ts';

const CALL_MS = 2000;
const AT_ONCE = 50;

export interface PreverifiedDrainDeps {
  readonly store: Pick<Store, 'preverified'>;
  /** Begins the number's workflow, or lets a running one look. */
  readonly wakePreverified: (number: PreverifiedRow) => Promise<void>;
}

/** Whatever fails stays, and is told again with the next round. */
export async function wakeAllPreverified(deps: PreverifiedDrainDeps): Promise<void> {
  const { store, wakePreverified } = deps;
  for (const number of await store.preverified.pending(AT_ONCE)) {
    await wakePreverified(number);
    await store.preverified.markHeard(number.preverifiedId);
  }
}

export function wakesOf(
  client: Client,
  { nowMs, pollMs }: { readonly nowMs: () => number; readonly pollMs: number },
): PreverifiedDrainDeps['wakePreverified'] {
  return async ({ preverifiedId, addedAtMs }) => {
    const input: PreverifyInput = { preverifiedId, addedAtMs, pollMs };
    await client.withDeadline(nowMs() + CALL_MS, () =>
      client.workflow.signalWithStart(PREVERIFY_PHONE_NUMBER, {
        workflowId: preverifyIdOf(preverifiedId),
        taskQueue: TASK_QUEUE,
        args: [input],
        signal: preverifiedSignalNames.numberChanged,
        staticSummary: `Pre-verified number …${preverifiedId.slice(-4)}`,
      }),
    );
  };
}
