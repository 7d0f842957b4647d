import { cancellationSignal } from '@temporalio/activity';
import type { AccountActivities, WatchInput } from '../contract/account-watch.ts';
import {
  isWorthAHint,
  mayAdoptUnasked,
  nextOfWatch,
  type AccountRead,
} from '../domain/account-watch.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { GraphClient, PhoneNumber } from '../graph/client.ts';
import type { NumberRead, NumberRow } from '../store/store.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { factsOf, passingFactsOf } from '../steps/facts.ts';
import { changedElsewhere, followChange } from './follow-change.ts';
import { hint } from './hint.ts';
import { paced } from './pacing.ts';
import { watchTokenLife } from './token-life.ts';
import { stillWaiting } from './translate-failures.ts';

type ListArgs = Parameters<GraphClient['listPhoneNumbers']>[0];

/** After every number of the account: a read for all is urgent for none. */
const LEAST_URGENT = Number.MAX_SAFE_INTEGER;

export function createObserveAccount(deps: ActivityDeps): AccountActivities['observeAccount'] {
  return async ({ wabaId, timing }: WatchInput) => {
    await watchTokenLife(deps, wabaId);
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
      readAtMs: await deps.store.accounts.listedAtMs(wabaId),
    };
    const move = nextOfWatch(seen, deps.nowMs());
    if (move.kind === 'sleep')
      throw stillWaiting(`${waiting.length} numbers wait; read lately`, move.forMs);

    const { read, thenSleepMs } = move;
    const { calls } = read;
    const { reads, list } = await paced(
      deps,
      { wabaId, who: 'watch', urgencyMs: LEAST_URGENT, calls },
      () => readAll(deps, wabaId, { read, numbers }),
    );
    const missing = list === undefined ? [] : missingIn(waiting, reads);
    const changed = [...changedOf(waiting, { before, reads }), ...missing];
    for (const phoneNumberId of changed) await hint(phoneNumberId);
    // After the hints: a crash between the two hints again, and loses nothing.
    await deps.store.accounts.keepReads(wabaId, reads);
    for (const number of changedElsewhere(numbers, reads)) {
      await followChange(number, { requestedAtMs: deps.nowMs(), ...(timing && { timing }) });
    }
    const adopted = list === undefined ? 0 : await adoptAll(deps, wabaId, list.strangers);
    if (list !== undefined) await deps.store.accounts.markListed(wabaId, list.size);
    throw stillWaiting(
      `${waiting.length} numbers wait; ${changed.length} had changed; ${adopted} were new`,
      thenSleepMs,
    );
  };
}

interface Seen {
  readonly reads: readonly NumberRead[];
  /** Of the account, if it was listed: to the last page, as nothing is concluded from a part. */
  readonly list?: { readonly size: number; readonly strangers: readonly PhoneNumber[] };
}

/** Of a list, only our own numbers are kept: of the others nobody has asked us to hold anything. */
async function readAll(
  deps: ActivityDeps,
  wabaId: WabaId,
  { read, numbers }: { readonly read: AccountRead; readonly numbers: readonly NumberRow[] },
): Promise<Seen> {
  const call = { token: await tokenOf(deps, wabaId), signal: cancellationSignal() };
  if (read.kind === 'list') return await readList(deps, { ...call, wabaId, numbers });
  const reads: NumberRead[] = [];
  for (const { phoneNumberId } of numbers.filter(isWaiting)) {
    const number = await deps.graph.readPhoneNumber({ ...call, phoneNumberId });
    reads.push({ phoneNumberId, facts: await factsOf(deps, number) });
  }
  return { reads };
}

async function readList(
  deps: ActivityDeps,
  { numbers, ...call }: ListArgs & { readonly numbers: readonly NumberRow[] },
): Promise<Seen> {
  const ours = new Set(numbers.map(({ phoneNumberId }) => phoneNumberId));
  const reads: NumberRead[] = [];
  const strangers: PhoneNumber[] = [];
  let size = 0;
  for await (const number of deps.graph.listPhoneNumbers(call)) {
    size += 1;
    const { phoneNumberId } = number;
    if (ours.has(phoneNumberId)) reads.push({ phoneNumberId, facts: await factsOf(deps, number) });
    else if (mayAdoptUnasked(passingFactsOf(number, deps.nowMs()))) strangers.push(number);
  }
  return { reads, list: { size, strangers } };
}

/** Their onboardings begin by way of the outbox. Answers with how many there were. */
async function adoptAll(
  { store, isAdopting = false }: ActivityDeps,
  wabaId: WabaId,
  strangers: readonly PhoneNumber[],
): Promise<number> {
  if (!isAdopting || strangers.length === 0) return 0;
  const unknown = await store.adoptions.unknownOf(strangers.map((number) => number.phoneNumberId));
  let adopted = 0;
  for (const { phoneNumberId, displayPhoneNumber, verifiedName } of strangers) {
    if (!unknown.has(phoneNumberId)) continue;
    const isAdopted = await store.adoptions.adopt({
      ...{ wabaId, phoneNumberId, displayPhoneNumber },
      ...(verifiedName === undefined ? {} : { verifiedName }),
      ...{ source: 'whatsapp-manager', actor: 'account watch' },
    });
    if (isAdopted) adopted += 1;
  }
  return adopted;
}

/** A number of ours that the list does not show may be gone; it reads itself, as only that tells. */
function missingIn(
  waiting: readonly NumberRow[],
  reads: readonly NumberRead[],
): readonly PhoneNumberId[] {
  const listed = new Set(reads.map(({ phoneNumberId }) => phoneNumberId));
  return waiting.map(({ phoneNumberId }) => phoneNumberId).filter((id) => !listed.has(id));
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
