import { CancellationScope } from '@temporalio/workflow';
import type { AttemptRef } from '../contract/activities.ts';
import type { AttemptKind } from '../domain/attempt-budget.ts';
import { causeEntry, type Cause } from '../domain/causes.ts';
import { earliestOf } from '../domain/deadline.ts';
import type { Goal } from '../domain/goals.ts';
import { needsRegistration, type NumberFacts } from '../domain/number-facts.ts';
import type {
  AttemptOutcome,
  Readiness,
  Refusal,
  RepairOutcome,
} from '../domain/register-protocol.ts';
import {
  begin,
  next,
  type Instant,
  type Move,
  type Protocol,
  type Repair,
  type Seen,
  type Step,
  type Turn,
} from '../domain/registering.ts';
import { isChangeShown } from '../domain/renaming.ts';
import { fail, readOnceMoreOrExpire } from './ending.ts';
import { refusedIn } from './failures.ts';
import { isHeld, whileHeld } from './holding.ts';
import { enter } from './progress.ts';
import { nextRequestKey, tell, urgencyOf, type Run } from './run.ts';
import { submitWish } from './submitting-name.ts';
import { verifyOwnership } from './verifying.ts';
import { look, waitForFacts, waitForMove, type Wait, type Woken } from './waiting.ts';

/** Carries out the register protocol, which itself is decided in `domain`, until a read shows the number registered. */
export async function registerNumber(run: Run, found: NumberFacts): Promise<NumberFacts> {
  enter(run, 'registering');
  const isTakenOff = run.progress.attemptsLeft !== undefined && !run.isBoundByDeadline;
  const { facts } = await carryThrough(run, begin(found, isTakenOff));
  run.isOnBizApp = facts.isOnBizApp;
  if (facts.isOnBizApp) tell(run, 'not-applicable', [causeEntry('coexistence').advice, 'Meta']);
  else tell(run, 'registered', ['Registered on Cloud API: a read shows it.', 'Meta']);
  return facts;
}

/** Turn by turn, until nothing is left to do. A run that took over begins with the turn in which the one before it was. */
export async function carryThrough(run: Run, first: Turn): Promise<Protocol> {
  let turn = run.turn ?? first;
  while (turn.step.kind !== 'done') {
    run.turn = turn;
    const seen = (await hold(run, turn.step)) ?? (await carryOut(run, turn.step));
    turn = next(turn, seen, instantOf(run));
  }
  run.turn = undefined;
  return turn.protocol;
}

/** The run before this one handed over in the midst of the protocol. */
export function isRegistering({ turn }: Run): boolean {
  return turn !== undefined && turn.protocol.rename === undefined;
}

async function carryOut(run: Run, step: Exclude<Step, { kind: 'done' }>): Promise<Seen> {
  switch (step.kind) {
    case 'fail':
      return await fail(run, 'abandoned', step.refusal);
    case 'verify':
      return { kind: 'facts', facts: await verifyAgain(run) };
    case 'reserve':
      return { kind: 'reservation', reservation: await reserve(run, step.attempt) };
    case 'send':
      return { kind: 'outcome', outcome: await send(run, step.n) };
    case 'repair':
      return await mendAndLook(run, step.repair);
    case 'prove':
      return { kind: 'facts', facts: await prove(run) };
    case 'look-after-lost-answer':
      return { kind: 'facts', facts: await lookAfterLostAnswer(run) };
    case 'read-once-more-or-expire':
      return await expireUnlessRegistered(run);
    case 'wait':
      return await move(run, step);
  }
}

async function mendAndLook(run: Run, repair: Repair): Promise<Seen> {
  run.mended ??= await mend(run, repair);
  const outcome = run.mended;
  const facts = await look(run);
  run.mended = undefined;
  return { kind: 'repaired', outcome, facts };
}

async function expireUnlessRegistered(run: Run): Promise<Seen> {
  return (await readOnceMoreOrExpire(run)) ?? { kind: 'facts', facts: await look(run) };
}

/**
 * While a person has paused the number nothing is written: an attempt that was counted is closed unsent, and after the pause the
 * protocol begins its turn with a read.
 */
async function hold(run: Run, { kind, ...step }: Step): Promise<Seen | undefined> {
  run.isTurnHeld ||= isHeld(run) && WRITES.includes(kind) && run.mended === undefined;
  if (!run.isTurnHeld) return undefined;
  if ('n' in step) await run.activities.settleAttempt(attemptOf(run, step.n));
  const facts = (await whileHeld(run)) ?? (await look(run));
  run.isTurnHeld = false;
  return { kind: 'woken', by: 'facts', facts };
}

const WRITES: readonly Step['kind'][] = ['reserve', 'send', 'repair'];

async function verifyAgain(run: Run): Promise<NumberFacts> {
  const facts = await verifyOwnership(run);
  enter(run, 'registering');
  return facts;
}

async function reserve(run: Run, kind: AttemptKind): Promise<Readiness> {
  const reservation = await run.activities.reserveAttempt({
    phoneNumberId: run.input.phoneNumberId,
    requestKey: nextRequestKey(run),
    kind,
  });
  if ('left' in reservation) run.progress = { ...run.progress, attemptsLeft: reservation.left };
  return reservation;
}

async function send(run: Run, n: number): Promise<AttemptOutcome> {
  const outcome = await CancellationScope.nonCancellable(() => registerOrSettle(run, n));
  // Whoever asked for a retry meanwhile has had this attempt.
  run.messages.retriesServed = run.messages.retries;
  tell(run, 'attempt', [`Register request: ${nameOf(outcome)}.`]);
  return outcome;
}

/** If the activity itself fails, nobody knows whether Meta heard: the ledger is closed first, and tells what it knows. */
async function registerOrSettle(run: Run, n: number): Promise<AttemptOutcome> {
  const attempt = attemptOf(run, n);
  try {
    return await run.activities.register(attempt);
  } catch {
    return await run.activities.settleAttempt(attempt);
  }
}

function attemptOf({ input }: Run, n: number): AttemptRef {
  const { phoneNumberId, wabaId, dataLocalizationRegion: region } = input;
  const where = region === undefined ? {} : { dataLocalizationRegion: region };
  return { phoneNumberId, wabaId, n, ...where };
}

async function mend(run: Run, { by, refusal }: Repair): Promise<RepairOutcome> {
  const outcome = await CancellationScope.nonCancellable(() =>
    by === 'set-pin' ? setPin(run) : deregister(run),
  );
  const what = by === 'set-pin' ? 'To set our PIN at Meta' : 'To deregister the number first';
  tell(run, 'repaired', [`${what} (${refusal.cause}): ${outcome.kind}.`]);
  return outcome;
}

/** Needs no old PIN, and may be repeated; so Temporal retries it until Meta has answered. */
async function setPin(run: Run): Promise<RepairOutcome> {
  const { phoneNumberId, wabaId } = run.input;
  try {
    await run.activities.setPin({ phoneNumberId, wabaId });
    return { kind: 'ok' };
  } catch (error) {
    const refusal = refusedIn(error);
    return refusal === undefined ? { kind: 'not-sent' } : { kind: 'refused', refusal };
  }
}

/** Counted by Meta as register requests are, so never repeated blindly: an attempt to register tells how it ended. */
async function deregister(run: Run): Promise<RepairOutcome> {
  const { phoneNumberId, wabaId } = run.input;
  try {
    const order = { phoneNumberId, wabaId, requestKey: nextRequestKey(run) };
    return await run.activities.deregister(order);
  } catch {
    return { kind: 'unknown' };
  }
}

/** Meta said success. Only a read proves it, sometimes minutes later. */
async function prove(run: Run): Promise<NumberFacts> {
  const facts = await look(run);
  if (isRename(run) ? !isChangeShown(facts) : !needsRegistration(facts)) return facts;
  const wait = proofWait(run, run.timing.proofWindowMs, run.timing.proofMs);
  return await waitForFacts(run, wait, { for: 'meta' });
}

/** Nobody knows whether Meta registered the number: no second POST before reads, late enough, have said no. */
async function lookAfterLostAnswer(run: Run): Promise<NumberFacts> {
  const { outcomeWaitMs, lostAnswerWindowMs } = run.timing;
  const wait = proofWait(run, outcomeWaitMs + lostAnswerWindowMs, outcomeWaitMs);
  return await waitForFacts(run, wait, { for: 'meta', refusal: { cause: 'outcome_unknown' } });
}

/** A registered number is registered again only for its new name. */
function isRename({ renameDueAtMs }: Run): boolean {
  return renameDueAtMs !== undefined;
}

function proofWait(run: Run, giveUpAfterMs: number, firstReadMs: number): Wait {
  const notBeforeMs = Date.now() + firstReadMs;
  const goal = isRename(run) ? 'name-applied' : 'registered';
  return { goal, pace: 'proof', giveUpAfterMs, notBeforeMs };
}

const GOAL_UNDER: Readonly<Partial<Record<Cause, Goal>>> = {
  account_locked: 'registered-or-reinstated',
};

/** A person's retry is not forgotten by a run that hands over before the read that follows it. */
async function move(run: Run, step: Move): Promise<Seen> {
  const woken: Woken = run.isRetryDue ? { kind: 'retry' } : await waitIn(run, step);
  if (woken.kind === 'facts') return { kind: 'woken', by: 'facts', facts: woken.facts };
  if (woken.kind === 'name') {
    await submitWish(run);
    return await move(run, step);
  }
  run.isRetryDue = woken.kind === 'retry';
  const facts = await look(run);
  run.isRetryDue = false;
  return { kind: 'woken', by: woken.kind, facts };
}

/** Waits for a time or a person. The number's own poll goes on, as somebody may register it elsewhere meanwhile. */
async function waitIn(run: Run, { for: who, refusal, untilMs }: Move): Promise<Woken> {
  const endsAtMs = earliestOf([untilMs, run.renameDueAtMs]);
  return await waitForMove(
    run,
    {
      ...{ goal: isRename(run) ? 'nothing' : (GOAL_UNDER[refusal.cause] ?? 'registered') },
      ...{ pace: 'poll', notBeforeMs: Date.now() + run.timing.pollMs },
      ...(endsAtMs === undefined ? {} : { untilMs: endsAtMs }),
      ...(refusal.cause === 'name_not_ready' && { takesName: true }),
    },
    { for: who, refusal, ...(untilMs === undefined ? {} : { untilMs }) },
  );
}

function instantOf(run: Run): Instant {
  return { nowMs: Date.now(), deadlineAtMs: urgencyOf(run) };
}

function nameOf(outcome: AttemptOutcome): string {
  const refusal: Refusal | undefined = 'refusal' in outcome ? outcome.refusal : undefined;
  const code = [refusal?.code, refusal?.subcode].filter((part) => part !== undefined).join('/');
  return [outcome.kind, refusal?.cause, code === '' ? undefined : `(${code})`]
    .filter((part) => part !== undefined)
    .join(' ');
}
