import { causeOf, lockMsIn, type RefusedCall } from '../domain/refusals.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import type { GraphRefusal } from '../graph/errors.ts';

/** What Meta said, reduced to what decisions and people need: no text of Meta's. */
export function refusalOf(
  { answer, traceId, toldWaitMs }: GraphRefusal,
  call?: RefusedCall,
): Refusal {
  const { code, subcode } = answer;
  const waitMs = toldWaitMs ?? lockMsIn(answer);
  return {
    cause: causeOf(answer, call),
    code,
    ...(subcode === undefined ? {} : { subcode }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(waitMs === undefined ? {} : { toldWaitMs: waitMs }),
  };
}
