import { cancellationSignal } from '@temporalio/activity';
import type { AccountActivities, WatchInput } from '../contract/account-watch.ts';
import { isWorthAHint, nextOfWatch, type AccountRead } from '../domain/account-watch.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { NumberRead, NumberRow } from '../store/store.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { factsOf } from '../steps/facts.ts';
import { hint } from './hint.ts';
import { paced } from './pacing.ts';
import { stillWaiting } from './translate-failures.ts';

/** After every number of the account: a read for all is urgent for none. */
const LEAST_URGENT = Number.MAX_SAFE_INTEGER;

export function createObserveAccount(deps: ActivityDeps): AccountActivities['observeAccount'] {
  return async ({ wabaId }: WatchInput) => {
    const numbers = await deps.store.numbers.ofAccount(wabaId);
    const waiting = numbers.filter(isWaiting);
    const before = new Map(
      (await deps.store.accounts.lastReadsOf(wabaId)).map((read) => [
        read.phoneNumberId,
        read.facts,
      ]),
    );
    const seen = {
      // A number's row changes when it begins to wait.
      waiting: waiting.map(({ phoneNumberId, updatedAtMs }) => ({
        sinceMs: updatedAtMs,
        facts: before.get(phoneNumberId),
      })),
      // The list also shows numbers that never came to us, and each hundred of them is a call.
      known: Math.max(numbers.length, await deps.store.accounts.listedOf(wabaId)),
      readAtMs: await deps.store.accounts.readAtMs(wabaId),
    };
    const move = nextOfWatch(seen, deps.nowMs());
    if (move.kind === 'sleep')
      throw stillWaiting(`${waiting.length} numbers wait; read lately`, move.forMs);

    const { read, thenSleepMs } = move;
    const { calls } = read;
    const { reads, listed } = await paced(
      deps,
      { wabaId, who: 'watch', urgencyMs: LEAST_URGENT, calls },
      () => readAll(deps, wabaId, { read, numbers }),
    );
    const changed = changedOf(waiting, { before, reads });
    for (const phoneNumberId of changed) await hint(phoneNumberId);
    // After the hints: a crash between the two hints again, and loses nothing.
    await deps.store.accounts.keepReads(wabaId, reads);
    await deps.store.accounts.markRead(wabaId, listed);
    throw stillWaiting(
      `${waiting.length} numbers wait; ${changed.length} had changed`,
      thenSleepMs,
    );
  };
}

interface Listed {
  readonly reads: readonly NumberRead[];
  /** How many numbers the account's list had, if it was listed. */
  readonly listed?: number;
}

/** Of a list, only our own numbers are kept: of the others nobody has asked us to hold anything. */
async function readAll(
  deps: ActivityDeps,
  wabaId: WabaId,
  { read, numbers }: { readonly read: AccountRead; readonly numbers: readonly NumberRow[] },
): Promise<Listed> {
  const call = { token: await tokenOf(deps, wabaId), signal: cancellationSignal() };
  const reads: NumberRead[] = [];
  if (read.kind === 'list') {
    const ours = new Set(numbers.map(({ phoneNumberId }) => phoneNumberId));
    let listed = 0;
    for await (const number of deps.graph.listPhoneNumbers({ ...call, wabaId })) {
      listed += 1;
      const { phoneNumberId } = number;
      if (ours.has(phoneNumberId))
        reads.push({ phoneNumberId, facts: await factsOf(deps, number) });
    }
    return { reads, listed };
  }
  for (const { phoneNumberId } of numbers.filter(isWaiting)) {
    const number = await deps.graph.readPhoneNumber({ ...call, phoneNumberId });
    reads.push({ phoneNumberId, facts: await factsOf(deps, number) });
  }
  return { reads };
}

/** Of a paused number nothing is asked. */
function isWaiting({ outcome, cause }: NumberRow): boolean {
  return outcome === undefined && cause !== 'paused';
}

/** Of the numbers that wait, those that would want to look again. */
function changedOf(
  waiting: readonly NumberRow[],
  {
    before,
    reads,
  }: {
    readonly before: ReadonlyMap<PhoneNumberId, NumberFacts>;
    readonly reads: readonly NumberRead[];
  },
): readonly PhoneNumberId[] {
  const waitingIds = new Set(waiting.map(({ phoneNumberId }) => phoneNumberId));
  return reads
    .filter(({ phoneNumberId }) => waitingIds.has(phoneNumberId))
    .filter(({ phoneNumberId, facts }) => isWorthAHint(before.get(phoneNumberId), facts))
    .map(({ phoneNumberId }) => phoneNumberId);
}
