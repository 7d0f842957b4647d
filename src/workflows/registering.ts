import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { AttemptKind } from '../domain/attempt-budget.ts';
import { isOwnershipSettled } from '../domain/goals.ts';
import { needsRegistration, type NumberFacts } from '../domain/number-facts.ts';
import {
  stepAfter,
  stepAfterRefusal,
  waitOrAsk,
  type AttemptContext,
  type AttemptOutcome,
  type NextStep,
  type Refusal,
  type Reservation,
} from '../domain/register-protocol.ts';
import { fail, readOnceMoreOrExpire } from './ending.ts';
import { enter } from './progress.ts';
import { tell, urgencyOf, type Run } from './run.ts';
import { verifyOwnership } from './verifying.ts';
import { look, waitForFacts, waitForMove, type Wait } from './waiting.ts';

/** One turn of the register protocol: the last read, who asks for the next attempt, and what came before. */
interface Turn {
  readonly facts: NumberFacts;
  readonly kind: AttemptKind;
  readonly past: Past;
}

interface Past {
  readonly cause?: string;
  /** How often that cause came in a row. */
  readonly timesSeen: number;
  /** How often Meta accepted a registration that then was not to be seen. */
  readonly unproven: number;
}

const NOTHING_YET: Past = { timesSeen: 0, unproven: 0 };

/**
 * The register protocol: read, count the attempt, send it once, and believe only a read that shows it. Every turn begins
 * with a fresh read that says "not registered", so no POST follows a lost answer blindly.
 */
export async function registerNumber(run: Run, found: NumberFacts): Promise<NumberFacts> {
  enter(run, 'registering');
  const wasTakenOff = run.progress.attemptsLeft !== undefined && !run.isBoundByDeadline;
  let turn: Turn = { facts: found, kind: 'automatic', past: NOTHING_YET };
  if (wasTakenOff) turn = await ask(run, turn, { cause: 'deregistered_elsewhere' });
  while (needsRegistration(turn.facts)) turn = await takeTurn(run, turn);
  tell(run, 'registered', ['Registered on Cloud API: a read shows it.', 'Meta']);
  return turn.facts;
}

async function takeTurn(run: Run, turn: Turn): Promise<Turn> {
  if (!isOwnershipSettled(turn.facts)) {
    const facts = await verifyOwnership(run);
    enter(run, 'registering');
    return { ...turn, facts };
  }
  const reservation = await reserve(run, turn.kind);
  if (reservation.kind === 'deadline-passed') {
    return { ...turn, ...(await readOnceMoreOrExpire(run)), kind: 'automatic' };
  }
  if (reservation.kind !== 'reserved') {
    return await follow(run, turn, stepWithoutAttempt(run, reservation));
  }
  const outcome = await CancellationScope.nonCancellable(() => send(run, reservation.n));
  // Whoever asked for a retry meanwhile has had this attempt.
  run.messages.retriesServed = run.messages.retries;
  return await conclude(run, turn, outcome);
}

async function reserve(run: Run, kind: AttemptKind): Promise<Reservation> {
  run.reservations += 1;
  const reservation = await run.activities.reserveAttempt({
    phoneNumberId: run.input.phoneNumberId,
    // A repeated reservation finds its own row again.
    requestKey: `${workflowInfo().runId}/${run.reservations.toString()}`,
    kind,
    deadlineAtMs: urgencyOf(run),
  });
  if ('left' in reservation) run.progress = { ...run.progress, attemptsLeft: reservation.left };
  return reservation;
}

/** The ledger refused: too many attempts in 72 hours, or one that may still be on its way. */
function stepWithoutAttempt(
  run: Run,
  reservation: Extract<Reservation, { kind: 'budget-spent' | 'in-flight' }>,
): NextStep {
  return reservation.kind === 'budget-spent'
    ? waitOrAsk({ cause: 'budget_spent' }, reservation.nextAtMs, urgencyOf(run))
    : waitOrAsk({ cause: 'outcome_unknown' }, reservation.untilMs, urgencyOf(run));
}

/** If the activity itself fails, nobody knows whether Meta heard: the ledger is closed first, and tells what it knows. */
async function send(run: Run, n: number): Promise<AttemptOutcome> {
  const { phoneNumberId, wabaId } = run.input;
  const attempt = { phoneNumberId, wabaId, n };
  try {
    return await run.activities.register(attempt);
  } catch {
    return await run.activities.settleAttempt(attempt);
  }
}

async function conclude(run: Run, turn: Turn, outcome: AttemptOutcome): Promise<Turn> {
  const refusal = 'refusal' in outcome ? outcome.refusal : undefined;
  tell(run, 'attempt', [`Register request: ${nameOf(outcome, refusal)}.`]);
  const cause = refusal?.cause ?? outcome.kind;
  const timesSeen = turn.past.cause === cause ? turn.past.timesSeen + 1 : 1;
  const past = { ...turn.past, cause, timesSeen };
  const step = stepAfter(outcome, contextOf(run, timesSeen));
  const next = await follow(run, { ...turn, past }, step);
  const isLost = step.kind === 'look-for-it' && step.lostAnswer;
  if (!isLost || refusal === undefined || !needsRegistration(next.facts)) return next;
  // The reads say no, so the code that came with the lost answer counts after all.
  return await follow(run, next, stepAfterRefusal(refusal, contextOf(run, timesSeen)));
}

async function follow(run: Run, turn: Turn, step: NextStep): Promise<Turn> {
  switch (step.kind) {
    case 'look-for-it':
      return step.lostAnswer ? await lookAfterLostAnswer(run, turn) : await prove(run, turn);
    case 'wait':
      return await move(run, turn, { refusal: step.refusal, untilMs: step.untilMs });
    case 'ask':
      return await ask(run, turn, step.refusal);
    case 'stop':
      return await fail(run, 'abandoned', step.refusal);
    case 'not-applicable':
      return { ...turn, facts: { ...turn.facts, isOnBizApp: true } };
  }
}

/** Meta said success. Only a read proves it, sometimes minutes later; twice without one is a person's case. */
async function prove(run: Run, turn: Turn): Promise<Turn> {
  let facts = await look(run);
  if (needsRegistration(facts)) {
    const wait = proofWait(run.timing.proofWindowMs, run.timing.proofMs);
    facts = await waitForFacts(run, wait, { for: 'meta' });
  }
  const unproven = turn.past.unproven + 1;
  const next: Turn = { facts, kind: 'automatic', past: { ...turn.past, unproven } };
  if (!needsRegistration(facts) || unproven < 2) return next;
  return await ask(run, next, { cause: 'success_not_visible' });
}

/** Nobody knows whether Meta registered the number: no second POST before reads, late enough, have said no. */
async function lookAfterLostAnswer(run: Run, turn: Turn): Promise<Turn> {
  const { outcomeWaitMs, lostAnswerWindowMs } = run.timing;
  const wait = proofWait(outcomeWaitMs + lostAnswerWindowMs, outcomeWaitMs);
  const facts = await waitForFacts(run, wait, {
    for: 'meta',
    refusal: { cause: 'outcome_unknown' },
  });
  return { ...turn, facts, kind: 'automatic' };
}

function proofWait(giveUpAfterMs: number, firstReadMs: number): Wait {
  const notBeforeMs = Date.now() + firstReadMs;
  return { goal: 'registered', pace: 'proof', giveUpAfterMs, notBeforeMs };
}

async function ask(run: Run, turn: Turn, refusal: Refusal): Promise<Turn> {
  return await move(run, turn, { refusal });
}

/** Waits for a time or a person. The number's own poll goes on, as somebody may register it elsewhere meanwhile. */
async function move(
  run: Run,
  turn: Turn,
  { refusal, untilMs }: { readonly refusal: Refusal; readonly untilMs?: number },
): Promise<Turn> {
  const end = untilMs === undefined ? {} : { untilMs };
  const notBeforeMs = Date.now() + run.timing.pollMs;
  const woken = await waitForMove(
    run,
    { goal: 'registered', pace: 'poll', notBeforeMs, ...end },
    { for: untilMs === undefined ? 'operator' : 'time', refusal, ...end },
  );
  if (woken.kind === 'facts') return { ...turn, facts: woken.facts };
  const kind = woken.kind === 'retry' ? 'operator' : 'automatic';
  return { ...turn, facts: await look(run), kind };
}

function contextOf(run: Run, timesSeen: number): AttemptContext {
  return { nowMs: Date.now(), deadlineAtMs: urgencyOf(run), timesSeen };
}

function nameOf(outcome: AttemptOutcome, refusal: Refusal | undefined): string {
  const code = [refusal?.code, refusal?.subcode].filter((part) => part !== undefined).join('/');
  return [outcome.kind, refusal?.cause, code === '' ? undefined : `(${code})`]
    .filter((part) => part !== undefined)
    .join(' ');
}
