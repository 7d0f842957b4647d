import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { ObserveNumber } from '../contract/activities.ts';
import type { Waiting } from '../contract/onboarding.ts';
import { causeEntry } from '../domain/causes.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import { waitMsOf } from '../domain/waits.ts';
import { proxyLook } from './activity-proxies.ts';
import { endIfLost, fail, readOnceMoreOrExpire } from './ending.ts';
import { refusalIn } from './failures.ts';
import { isHeld, whileHeld } from './holding.ts';
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

/** `again`: a hint came, or the number is held; in both cases it is read next, sooner or later. */
type RaceEnd = Woken | ReadEnd | { readonly kind: 'again' } | { readonly kind: 'deadline' };

const NOW = { goal: 'any-answer', pace: 'poll', notBeforeMs: 0 } as const satisfies Wait;

/** Reads the number now. If Meta does not let us, the look becomes a wait, which is announced. */
export async function look(run: Run): Promise<NumberFacts> {
  const decided = isHeld(run) ? await whileHeld(run) : undefined;
  if (decided !== undefined) return decided;
  const order = orderOf(run, NOW, Date.now());
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

/** Waits until the goal is reached, the time comes, or a person asks to try again. */
export async function waitForMove(run: Run, wait: Wait, waiting: Waiting): Promise<Woken> {
  announceWaiting(run, waiting);
  return await observe(run, wait, waiting);
}

/** As `waitForFacts`; undefined once a person has asked for another display name. */
export async function waitForName(
  run: Run,
  wait: Wait,
  waiting: Waiting,
): Promise<NumberFacts | undefined> {
  announceWaiting(run, waiting);
  // A look that a person asks for is no new wait: its pace and its end stay where they were.
  const begun: Wait = { sinceMs: Date.now(), ...wait, takesName: true };
  let woken = await observe(run, begun, waiting);
  while (woken.kind === 'retry' || woken.kind === 'time') {
    woken = await observe(run, now(begun), waiting);
  }
  return woken.kind === 'facts' ? woken.facts : undefined;
}

async function factsOf(run: Run, wait: Wait, waiting?: Waiting): Promise<NumberFacts> {
  // As above.
  const begun = { sinceMs: Date.now(), ...wait };
  let woken = await observe(run, begun, waiting);
  while (woken.kind !== 'facts') woken = await observe(run, now(begun), waiting);
  return woken.facts;
}

function now(wait: Wait): Wait {
  return { ...wait, notBeforeMs: 0 };
}

/**
 * One wait: a retried activity whose back-off is the poll, raced against messages, the wait's own end and the deadline. A
 * hint only makes the next read come now.
 */
async function observe(run: Run, first: Wait, waiting?: Waiting): Promise<Woken> {
  const { sinceMs = Date.now() } = first;
  for (let wait = first; ; wait = now(wait)) {
    const decided = isHeld(run) ? await whileHeld(run) : undefined;
    if (decided !== undefined) return { kind: 'facts', facts: decided };
    const end = await race(run, wait, sinceMs);
    if (end.kind === 'refused') await stopOrWaitForAccess(run, end.refusal, waiting);
    else if (end.kind === 'deadline') {
      const last = await readOnceMoreOrExpire(run);
      if (last !== undefined) return last;
    } else if (end.kind !== 'again') {
      if (end.kind === 'facts') await take(run, end.facts);
      return end;
    }
  }
}

async function take(run: Run, facts: NumberFacts): Promise<void> {
  takeFacts(run, facts);
  await endIfLost(run, facts);
}

async function race(
  run: Run,
  { untilMs, takesName, ...sought }: Wait,
  sinceMs: number,
): Promise<RaceEnd> {
  const { hints } = run.messages;
  const order = orderOf(run, sought, sinceMs);
  run.messages.takesName = takesName === true;
  const isNamed = (): boolean => takesName === true && run.messages.name !== undefined;
  const read = await readUnless(
    () => run.activities.observeNumber(order),
    (isOver) => untilMessage(run, { hints, untilMs }, () => isOver() || isNamed()),
  );
  run.messages.takesName = false;
  if (read !== undefined) return read;
  return isNamed() && !isHeld(run) ? { kind: 'name' } : whatEnded(run, hints);
}

function orderOf(
  run: Run,
  sought: Omit<Wait, 'untilMs' | 'takesName'>,
  sinceMs: number,
): ObserveNumber {
  const { timing, decisionToldAtMs } = run;
  const { phoneNumberId, wabaId } = run.input;
  return {
    ...{ ...sought, phoneNumberId, wabaId, sinceMs, timing, urgencyMs: urgencyOf(run) },
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

/** Looks at the state, not at who woke us: a timer and a message can arrive in the same moment. */
function whatEnded(run: Run, hintsBefore: number): RaceEnd {
  const { messages } = run;
  if (isHeld(run)) return { kind: 'again' };
  if (messages.retries > messages.retriesServed) {
    messages.retriesServed = messages.retries;
    return { kind: 'retry' };
  }
  if (messages.hints !== hintsBefore) return { kind: 'again' };
  return isOverdue(run) ? { kind: 'deadline' } : { kind: 'time' };
}

/** Waits without a read: for a message, the time, or the deadline, which ends the run unless the number is registered. */
export async function waitForMessage(run: Run, waiting: Waiting): Promise<void> {
  announceWaiting(run, waiting);
  await untilMessage(run, { hints: run.messages.hints, untilMs: waiting.untilMs }, () => false);
  run.messages.retriesServed = run.messages.retries;
  if (isOverdue(run)) await readOnceMoreOrExpire(run);
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
  await untilMessage(run, { hints: run.messages.hints, untilMs }, () => false);
  run.messages.retriesServed = run.messages.retries;
  if (before !== undefined) announceWaiting(run, before);
}

function untilLookMs({ cause }: Refusal): number | undefined {
  if (causeEntry(cause).verdict !== 'wait') return undefined;
  return Date.now() + waitMsOf(cause, 1);
}

/** Returns at the next message, when `isOver` says so, at `untilMs`, or at the deadline while one binds. */
async function untilMessage(
  run: Run,
  since: { readonly hints: number; readonly untilMs?: number | undefined },
  isOver: () => boolean,
): Promise<void> {
  const { messages } = run;
  const isWoken = (): boolean =>
    isOver() ||
    isHeld(run) ||
    messages.hints !== since.hints ||
    messages.retries > messages.retriesServed;
  await until(run, isWoken, since.untilMs);
}
