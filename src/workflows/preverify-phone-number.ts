import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { failureTypes } from '../contract/failures.ts';
import {
  preverifiedQueryNames,
  preverifiedSignalNames,
  type PreverifiedActivities,
  type PreverifiedOutcome,
  type PreverifiedProgress,
  type PreverifiedSeen,
  type PreverifyInput,
} from '../contract/preverified.ts';
import { causeEntry } from '../domain/causes.ts';
import { remainingMs } from '../domain/deadline.ts';
import {
  duePreverifiedNoticeAtMs,
  nextPreverifiedLookAtMs,
  preverifiedEndsAtMs,
  preverifiedText,
  preverifiedWaitOf,
  type PreverifiedFacts,
} from '../domain/preverified.ts';
import { refusalIn } from './failures.ts';

const DAY_MS = 86_400_000;

const numberChanged = defineSignal(preverifiedSignalNames.numberChanged);
const progressQuery = defineQuery<PreverifiedProgress>(preverifiedQueryNames.progress);
const waitingForKey = defineSearchAttributeKey('WaitingFor', SearchAttributeType.KEYWORD);
const needsAttentionKey = defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL);

const { observePreverified, tellPreverified } = proxyActivities<PreverifiedActivities>({
  summary: 'look at the pre-verified number',
  startToCloseTimeout: 30_000,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: {
    initialInterval: 60_000,
    maximumInterval: 900_000,
    nonRetryableErrorTypes: [failureTypes.refused],
  },
});

interface Life {
  readonly input: PreverifyInput;
  changes: number;
  facts: PreverifiedFacts | undefined;
  /** When the last notice was due; 0 before the first. */
  toldAtMs: number;
  progress: PreverifiedProgress;
}

/**
 * One number of the partner's pool: it waits for a code, then 90 days for a customer, and is told of ahead. What lapses asks for
 * a code again. Ends when the number is claimed, deleted, or removed by Meta.
 */
export async function preverifyPhoneNumber(input: PreverifyInput): Promise<PreverifiedOutcome> {
  const life: Life = {
    ...{ input, changes: 0, facts: undefined, toldAtMs: 0 },
    progress: { waitsFor: 'nobody' },
  };
  setHandler(progressQuery, () => life.progress, { description: 'Whose move it is, and the end' });
  setHandler(
    numberChanged,
    () => {
      life.changes += 1;
    },
    { description: 'A code was given, or the number was deleted: it is read now' },
  );
  for (;;) {
    const end = await look(life);
    if (end.kind === 'gone') return finish(life, outcomeOf(life, end));
    life.facts = end.facts;
    await waitForChange(life, end.facts);
  }
}

/** A read now, however often it takes. Without access it waits for a person. */
async function look(life: Life): Promise<PreverifiedSeen> {
  const { preverifiedId, pollMs } = life.input;
  for (;;) {
    const { changes } = life;
    try {
      return await observePreverified({ preverifiedId, pollMs });
    } catch (error) {
      if (isCancellation(error)) throw error;
      show(life, { waitsFor: 'access' }, causeEntry(refusalIn(error).cause).advice);
      await condition(() => life.changes !== changes, DAY_MS, { summary: 'try the access again' });
    }
  }
}

/** Until Meta shows something else, a person says so, or the proof is over. Notices are told on the way. */
async function waitForChange(life: Life, facts: PreverifiedFacts): Promise<void> {
  const { changes } = life;
  const { addedAtMs, preverifiedId, pollMs } = life.input;
  const endsAtMs = preverifiedEndsAtMs(facts, addedAtMs);
  let isOver = false;
  const scope = new CancellationScope();
  const reading = scope
    .run(() => observePreverified({ preverifiedId, known: facts, pollMs }))
    .catch((error: unknown) => error)
    .finally(() => {
      isOver = true;
    });
  const isWoken = (): boolean => isOver || life.changes !== changes;
  while (!isWoken()) {
    await tell(life, endsAtMs);
    const countdown = { endsAtMs: endsAtMs ?? 0, toldAtMs: life.toldAtMs };
    const untilMs = nextPreverifiedLookAtMs(countdown, Date.now());
    if (untilMs === undefined) await condition(isWoken);
    else await condition(isWoken, remainingMs(untilMs, Date.now()), { summary: 'next notice' });
    if (endsAtMs !== undefined && untilMs === endsAtMs && Date.now() >= endsAtMs) break;
  }
  scope.cancel();
  await reading;
}

async function tell(life: Life, endsAtMs: number | undefined): Promise<void> {
  const nowMs = Date.now();
  if (life.facts === undefined) return;
  const waitsFor = preverifiedWaitOf(life.facts, nowMs);
  const text = preverifiedText(waitsFor, { endsAtMs, nowMs });
  show(life, endsAtMs === undefined ? { waitsFor } : { waitsFor, endsAtMs }, text);
  const due = endsAtMs && duePreverifiedNoticeAtMs({ endsAtMs, toldAtMs: life.toldAtMs }, nowMs);
  if (due === undefined || due === 0) return;
  life.toldAtMs = due;
  await tellPreverified({ preverifiedId: life.input.preverifiedId, atMs: nowMs, text });
}

function show(life: Life, progress: PreverifiedProgress, text: string): void {
  if (life.progress.waitsFor !== progress.waitsFor) {
    const isOurs = progress.waitsFor === 'code' || progress.waitsFor === 'access';
    upsertSearchAttributes([
      { key: waitingForKey, value: isOurs ? 'operator' : 'customer' },
      { key: needsAttentionKey, value: isOurs },
    ]);
  }
  life.progress = progress;
  setCurrentDetails(text);
}

/** Meta shows alike what was claimed and what was removed: only a proved number can be claimed. */
function outcomeOf(
  { facts }: Life,
  { isDeleted }: Extract<PreverifiedSeen, { kind: 'gone' }>,
): PreverifiedOutcome {
  if (isDeleted) return 'deleted';
  return facts?.status === 'NOT_VERIFIED' ? 'removed' : 'claimed';
}

function finish(life: Life, outcome: PreverifiedOutcome): PreverifiedOutcome {
  life.progress = { waitsFor: 'nobody', outcome };
  upsertSearchAttributes([
    { key: waitingForKey, value: 'nobody' },
    { key: needsAttentionKey, value: false },
  ]);
  setCurrentDetails(`Ended: **${outcome}**.`);
  return outcome;
}
