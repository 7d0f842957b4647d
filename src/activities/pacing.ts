import { activityInfo } from '@temporalio/activity';
import { refusalOf } from '../steps/refusal-of.ts';
import { waitMsOf } from '../domain/waits.ts';
import { GraphRefused } from '../graph/errors.ts';
import type { PermitRequest } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { afterPause } from './translate-failures.ts';

/**
 * Makes calls that Meta counts per account, when the account's pace allows: the most urgent first, and none while Meta has
 * refused one for the limit. Other accounts never wait for this one.
 */
export async function paced<Answer>(
  deps: ActivityDeps,
  request: PermitRequest,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const permit = await deps.store.pacing.permit(request);
  if (permit.kind === 'wait') {
    throw afterPause({ cause: 'throttled' }, permit.waitMs);
  }
  try {
    return await call();
  } catch (error) {
    const refusal = error instanceof GraphRefused ? refusalOf(error) : undefined;
    if (refusal?.cause === 'throttled') {
      const waitMs = waitMsOf('throttled', activityInfo().attempt, refusal.toldWaitMs);
      await deps.store.pacing.pause(request.wabaId, waitMs);
    }
    throw error;
  }
}
