import type { NameWish } from '../contract/name-change.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import { passesByItself } from '../domain/refusals.ts';
import type { Refusal, RepairOutcome } from '../domain/register-protocol.ts';
import { isChangeOpen } from '../domain/renaming.ts';
import { waitMsOf } from '../domain/waits.ts';
import { isToBeHeld, whileHeld } from './holding.ts';
import type { SentName } from './known.ts';
import { nextRequestKey, tell, type Run } from './run.ts';
import { waitForFacts, waitForMove } from './waiting.ts';

/** What became of a name that was sent to Meta: a read, or why Meta does not take it. */
export type Submission =
  | { readonly kind: 'submitted'; readonly facts: NumberFacts }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Sends the name that a person asked for last; before that, finds out what came of one that was sent already. */
export async function submitWish(run: Run): Promise<Submission | undefined> {
  const wish = run.sent?.wish ?? run.messages.name;
  return wish && (await submitName(run, wish));
}

/**
 * Asks Meta for another display name. Each request counts against ten in 30 days, so none follows a lost answer before reads
 * have shown that Meta does not have it. What passes by itself is waited for.
 */
export async function submitName(run: Run, wish: NameWish): Promise<Submission> {
  for (let times = run.sent?.times ?? 1; ; times += 1) {
    if (isToBeHeld(run)) await whileHeld(run);
    run.sent ??= { wish, times, outcome: await send(run, wish), atMs: Date.now() };
    run.messages.name = undefined;
    const submission = await submissionOf(run, run.sent);
    run.sent = undefined;
    if (submission !== undefined) return submission;
  }
}

/** Undefined: Meta does not have the name, and it may be sent again. */
async function submissionOf(run: Run, sent: SentName): Promise<Submission | undefined> {
  const { wish, outcome } = sent;
  if (outcome.kind === 'ok' || outcome.kind === 'unknown') {
    run.wantedName = wish.name;
    const facts = await lookForChange(run, outcome.kind);
    return outcome.kind === 'ok' || hasName(facts) ? { kind: 'submitted', facts } : undefined;
  }
  const { refusal, untilMs } = pauseAfter(outcome, sent);
  if (untilMs === undefined) return { kind: 'refused', refusal };
  const facts = await waitOut(run, { refusal, untilMs });
  return facts && { kind: 'submitted', facts };
}

async function send(run: Run, { name, actor }: NameWish): Promise<RepairOutcome> {
  const { phoneNumberId, wabaId } = run.input;
  const order = { phoneNumberId, wabaId, name, requestKey: nextRequestKey(run) };
  let outcome: RepairOutcome;
  try {
    outcome = await run.activities.submitName(order);
  } catch {
    outcome = { kind: 'unknown' };
  }
  tell(run, 'name-submitted', [`Another display name was sent to Meta: ${outcome.kind}.`, actor]);
  return outcome;
}

/** Meta said success, and a moment may pass until a read shows it; or nobody knows what it said. */
async function lookForChange(run: Run, answer: 'ok' | 'unknown'): Promise<NumberFacts> {
  const { outcomeWaitMs, lostAnswerWindowMs, proofWindowMs } = run.timing;
  const isLost = answer === 'unknown';
  const notBeforeMs = isLost ? Date.now() + outcomeWaitMs : 0;
  const giveUpAfterMs = isLost ? outcomeWaitMs + lostAnswerWindowMs : proofWindowMs;
  const cause = isLost ? 'outcome_unknown' : 'name_in_review';
  return await waitForFacts(
    run,
    { goal: 'change-shown', pace: 'proof', notBeforeMs, giveUpAfterMs },
    { for: 'meta', refusal: { cause } },
  );
}

function hasName(facts: NumberFacts): boolean {
  return isChangeOpen(facts) || facts.isWantedName === true;
}

interface Pause {
  readonly refusal: Refusal;
  /** Absent: only a person can mend it. */
  readonly untilMs?: number;
}

function pauseAfter(
  outcome: Exclude<RepairOutcome, { kind: 'ok' } | { kind: 'unknown' }>,
  { times, atMs }: SentName,
): Pause {
  if (outcome.kind === 'budget-spent') {
    return { refusal: { cause: 'rename_limit' }, untilMs: outcome.nextAtMs };
  }
  const refusal: Refusal = outcome.kind === 'refused' ? outcome.refusal : { cause: 'meta_down' };
  const { cause, toldWaitMs } = refusal;
  if (cause !== 'rename_limit' && !passesByItself(cause)) return { refusal };
  return { refusal, untilMs: atMs + waitMsOf(cause, times, toldWaitMs) };
}

/** Somebody may ask for a name elsewhere meanwhile: then ours is not sent any more. */
async function waitOut(
  run: Run,
  { refusal, untilMs }: Required<Pause>,
): Promise<NumberFacts | undefined> {
  const woken = await waitForMove(
    run,
    { goal: 'change-shown', pace: 'poll', notBeforeMs: Date.now() + run.timing.pollMs, untilMs },
    { for: 'time', refusal, untilMs },
  );
  return woken.kind === 'facts' ? woken.facts : undefined;
}
