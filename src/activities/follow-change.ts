import { getClient } from '@temporalio/activity';
import {
  CHANGE_DISPLAY_NAME,
  nameChangeStart,
  type NameChangeInput,
} from '../contract/name-change.ts';
import { isLiveOutcome } from '../domain/outcome.ts';
import { isChangeOpen } from '../domain/renaming.ts';
import type { Timing } from '../domain/timing.ts';
import type { NumberRead, NumberRow } from '../store/store.ts';

/** The numbers that are done and whose name somebody changes elsewhere, as in WhatsApp Manager. */
export function changedElsewhere(
  numbers: readonly NumberRow[],
  reads: readonly NumberRead[],
): readonly NumberRow[] {
  const changing = new Set(
    reads.filter(({ facts }) => isChangeOpen(facts)).map(({ phoneNumberId }) => phoneNumberId),
  );
  return numbers.filter(
    ({ phoneNumberId, outcome }) => changing.has(phoneNumberId) && isLiveOutcome(outcome),
  );
}

/** A change that is followed already finds its run. */
export async function followChange(
  { phoneNumberId, wabaId }: NumberRow,
  { requestedAtMs, timing }: { readonly requestedAtMs: number; readonly timing?: Partial<Timing> },
): Promise<void> {
  const input: NameChangeInput = {
    ...{ phoneNumberId, wabaId, requestedAtMs, actor: 'WhatsApp Manager' },
    ...(timing === undefined ? {} : { timing }),
  };
  await getClient().workflow.start(CHANGE_DISPLAY_NAME, {
    ...nameChangeStart(input),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}
