import { deadlineOf, provisionalDeadlineOf } from '../domain/deadline.ts';
import { needsRegistration } from '../domain/number-facts.ts';
import { announce } from './progress.ts';
import type { Run } from './run.ts';

/** The customer went through Embedded Signup again, and the story has not heard of it yet. */
export function hasSignedUpAgain(run: Run): boolean {
  return run.messages.signedUpAtMs > run.signedUpAtMs;
}

/** Counts the deadline from the newest signup, and says so. A number that came without one is under a deadline from then on. */
export function takeSignup(run: Run): void {
  const { signedUpAtMs } = run.messages;
  run.signedUpAtMs = signedUpAtMs;
  const { facts } = run;
  run.isBoundByDeadline ||= facts === undefined || needsRegistration(facts);
  const deadlineAtMs =
    facts === undefined ? provisionalDeadlineOf(signedUpAtMs) : deadlineOf(facts, signedUpAtMs);
  announce(run, { ...run.progress, ...(run.isBoundByDeadline && { deadlineAtMs }) });
}
