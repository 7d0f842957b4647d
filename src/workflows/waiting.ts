import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { ObserveNumber } from '../contract/activities.ts';
import type { Waiting } from '../contract/onboarding.ts';
import { causeEntry } from '../domain/causes.ts';
import { isPast } from '../domain/deadline.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import { waitMsOf } from '../domain/waits.ts';
import { proxyLook } from './activity-proxies.ts';
import { endIfLost, fail, readOnceMoreOrExpire } from './ending.ts';
import { refusalIn } from './failures.ts';
import { handOver, isTimeToHandOver } from './handing-over.ts';
import { isHeld, isToBeHeld, whileHeld } from './holding.ts';
import { announceWaiting, takeFacts } from './progress.ts';
import { isOverdue, knownOf, urgencyOf, type Run } from './run.ts';
import { until } from './until.ts';

/** What a number waits for, and how often it is looked for. */
export interface Wait extends Pick<
  ObserveNumber,
  'goal' | 'pace' | 'giveUpAfterMs' | 'notBeforeMs'
> {
  /** Ends the wait by itself at this instant. */
  readonly untilMs?: number;
  /** When what it waits for began, if that was before this wait. */
  readonly sinceMs?: number;
  /** Another display name ends it: whoever waits so knows what to do with one. */
  readonly takesName?: true;
}

/** How a wait ended: Meta showed it, the time came, a person asked to try again or for another display name. */
export type Woken =
  | { readonly kind: 'facts'; readonly facts: NumberFacts }
  | { readonly kind: 'time' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'name' };

type ReadEnd =
  | { readonly kind: 'facts'; readonly facts: NumberFacts }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** `again`: a hint came, the number is held, or the run hands over; in each case it is read next, sooner or later. */
type RaceEnd = Woken | ReadEnd | { readonly kind: 'again' } | { readonly kind: 'deadline' };

const NOW = { goal: 'any-answer', pace: 'poll', notBeforeMs: 0 } as const satisfies Wait;

/** Reads the number now. If Meta does not let us, the look becomes a wait, which is announced. */
export async function look(run: Run): Promise<NumberFacts> {
  const decided = isToBeHeld(run) ? await whileHeld(run) : undefined;
  if (decided !== undefined) return decided;
  const order = orderOf(run, { ...NOW, sinceMs: Date.now() });
  const read = await readUnless(
    () => proxyLook(run.timing).observeNumber(order),
    (isOver) => condition(() => isOver() || isHeld(run)),
  );
  if (read === undefined) return await look(run);
  if (read.kind === 'refused') {
    return await waitForFacts(run, NOW, { for: 'meta', refusal: read.refusal });
  }
  await take(run, read.facts);
  return read.facts;
}

/** Waits until the goal is reached. A person's retry is a wish to look again. */
export async function waitForFacts(run: Run, wait: Wait, waiting: Waiting): Promise<NumberFacts> {
  announceWaiting(run, waiting);
  return await factsOf(run, wait, waiting);
}

/** Waits until the goal is reached, the time comes, or a person acts; which a person has, where a name was sent before this run. */
export async function waitForMove(run: Run, wait: Wait, waiting: Waiting): Promise<Woken> {
  if (wait.takesName === true && run.sent !== undefined) return { kind: 'name' };
  announceWaiting(run, waiting);
  return await observe(run, begin(run, wait), waiting);
}

/** As `waitForFacts`; undefined once a person has asked for another display name. */
export async function waitForName(
  run: Run,
  wait: Wait,
  waiting: Waiting,
): Promise<NumberFacts | undefined> {
  if (run.sent !== undefined) return undefined;
  announceWaiting(run, waiting);
  const begun: Begun = { ...begin(run, wait), takesName: true };
  let woken = await observe(run, begun, waiting);
  while (woken.kind === 'retry' || woken.kind === 'time') {
    woken = await observe(run, now(begun), waiting);
  }
  return woken.kind === 'facts' ? woken.facts : undefined;
}

async function factsOf(run: Run, wait: Wait, waiting?: Waiting): Promise<NumberFacts> {
  const begun = begin(run, wait);
  let woken = await observe(run, begun, waiting);
  while (woken.kind !== 'facts') woken = await observe(run, now(begun), waiting);
  return woken.facts;
}

interface Begun extends Wait {
  readonly sinceMs: number;
}

/**
 * A look that a person asks for is no new wait: its pace and its end stay where they were. Nor is the wait of a run that took
 * over in it; that one reads at once, as a hint may have come in between.
 */
function begin(run: Run, wait: Wait): Begun {
  const { sinceMs, goal } = run.wait ?? {};
  if (sinceMs !== undefined && goal === wait.goal) return now({ ...wait, sinceMs });
  return { ...wait, sinceMs: wait.sinceMs ?? Date.now() };
}

function now(wait: Begun): Begun {
  return { ...wait, notBeforeMs: 0 };
}

/**
 * One wait: a retried activity whose back-off is the poll, raced against messages, the wait's own end and the deadline. A
 * hint only makes the next read come now.
 */
async function observe(run: Run, first: Begun, waiting?: Waiting): Promise<Woken> {
  const { goal, sinceMs } = first;
  run.wait = { goal, sinceMs };
  const woken = await untilWoken(run, first, waiting);
  run.wait = undefined;
  return woken;
}

async function untilWoken(run: Run, first: Begun, waiting?: Waiting): Promise<Woken> {
  for (let wait = first; ; wait = now(wait)) {
    const decided = isToBeHeld(run) ? await whileHeld(run) : undefined;
    if (decided !== undefined) return { kind: 'facts', facts: decided };
    if (isTimeToHandOver(run)) await handOver(run);
    const end = await race(run, wait);
    if (end.kind === 'refused') await stopOrWaitForAccess(run, end.refusal, waiting);
    else if (end.kind === 'deadline') {
      const last = await readOnceMoreOrExpire(run);
      if (last !== undefined) return last;
    } else if (end.kind !== 'again') {
      if (end.kind === 'facts') {
        run.waits += 1;
        await take(run, end.facts);
      }
      return end;
    }
  }
}

async function take(run: Run, facts: NumberFacts): Promise<void> {
  takeFacts(run, facts);
  await endIfLost(run, facts);
}

async function race(run: Run, { untilMs, takesName, ...sought }: Begun): Promise<RaceEnd> {
  const { messages } = run;
  const since = { hints: messages.hints, untilMs };
  const order = orderOf(run, sought);
  messages.takesName = takesName === true;
  const isNamed = (): boolean => takesName === true && messages.name !== undefined;
  const read = await readUnless(
    () => run.activities.observeNumber(order),
    async (isOver) => {
      await untilMessage(run, since, () => isOver() || isNamed());
      if (isOver() || isNamed() || endOf(run, since).kind !== 'again') return;
      run.waits += 1;
      // The server drops the read together with the run.
      if (isTimeToHandOver(run)) await handOver(run);
    },
  );
  messages.takesName = false;
  if (read !== undefined) return read;
  if (isNamed() && !isHeld(run)) return { kind: 'name' };
  const end = endOf(run, since);
  if (end.kind === 'retry') messages.retriesServed = messages.retries;
  return end;
}

function orderOf(run: Run, sought: Omit<Begun, 'untilMs' | 'takesName'>): ObserveNumber {
  const { timing, decisionToldAtMs } = run;
  const { phoneNumberId, wabaId } = run.input;
  return {
    ...{ ...sought, phoneNumberId, wabaId, timing, urgencyMs: urgencyOf(run) },
    ...{ knownDecisionAtMs: decisionToldAtMs, ...knownOf(run) },
  };
}

/** Reads until `rest` is over, which is told when the read is; undefined if the read was not. */
async function readUnless(
  read: () => Promise<NumberFacts>,
  rest: (isOver: () => boolean) => Promise<void>,
): Promise<ReadEnd | undefined> {
  let end: ReadEnd | undefined;
  const scope = new CancellationScope();
  const reading = scope.run(read).then(
    (facts) => {
      end ??= { kind: 'facts', facts };
    },
    (error: unknown) => {
      if (!isCancellation(error)) end ??= { kind: 'refused', refusal: refusalIn(error) };
    },
  );
  await rest(() => end !== undefined);
  scope.cancel();
  await reading;
  return end;
}

interface Since {
  readonly hints: number;
  readonly untilMs?: number | undefined;
}

/** Looks at the state, not at who woke us: a timer and a message can arrive in the same moment. */
function endOf(run: Run, { hints, untilMs = Infinity }: Since): RaceEnd {
  const { messages } = run;
  if (isHeld(run)) return { kind: 'again' };
  if (messages.retries > messages.retriesServed) return { kind: 'retry' };
  if (messages.hints !== hints) return { kind: 'again' };
  if (isOverdue(run)) return { kind: 'deadline' };
  return { kind: isPast(untilMs, Date.now()) ? 'time' : 'again' };
}

/** Waits without a read: for a message, the time, or the deadline, which ends the run unless the number is registered. */
export async function waitForMessage(run: Run, waiting: Waiting): Promise<void> {
  announceWaiting(run, waiting);
  await untilMessage(run, { hints: run.messages.hints, untilMs: waiting.untilMs }, () => false);
  run.waits += 1;
  run.messages.retriesServed = run.messages.retries;
  if (isOverdue(run)) await readOnceMoreOrExpire(run);
  if (isTimeToHandOver(run)) await handOver(run);
}

/** What cannot be mended ends the run: a number that is gone comes back under another id. */
async function stopOrWaitForAccess(run: Run, refusal: Refusal, before?: Waiting): Promise<void> {
  if (causeEntry(refusal.cause).verdict === 'stop') await fail(run, 'abandoned', refusal);
  await waitForAccess(run, refusal, before);
}

/**
 * Stops all reads until a person has mended our access, as a dead token is not polled; or, where it is Meta's move, until it is
 * time to look again. The deadline runs on.
 */
async function waitForAccess(run: Run, refusal: Refusal, before?: Waiting): Promise<void> {
  const untilMs = untilLookMs(refusal);
  const who =
    untilMs === undefined ? ({ for: 'operator' } as const) : { for: 'meta' as const, untilMs };
  announceWaiting(run, { ...who, refusal });
  run.barredFrom = before;
  await untilMessage(run, { hints: run.messages.hints, untilMs }, () => false);
  run.waits += 1;
  run.messages.retriesServed = run.messages.retries;
  if (isTimeToHandOver(run)) await handOver(run);
  run.barredFrom = undefined;
  if (before !== undefined) announceWaiting(run, before);
}

function untilLookMs({ cause }: Refusal): number | undefined {
  if (causeEntry(cause).verdict !== 'wait') return undefined;
  return Date.now() + waitMsOf(cause, 1);
}

/** Returns at the next message, when `isOver` says so, at `untilMs`, or at the deadline while one binds. */
async function untilMessage(run: Run, since: Since, isOver: () => boolean): Promise<void> {
  const { messages } = run;
  const isWoken = (): boolean =>
    isOver() ||
    isHeld(run) ||
    messages.hints !== since.hints ||
    messages.retries > messages.retriesServed;
  await until(run, isWoken, since.untilMs);
}
