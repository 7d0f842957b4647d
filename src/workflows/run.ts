import { workflowInfo } from '@temporalio/workflow';
import type { EventKind, ObserveNumber, OnboardingActivities } from '../contract/activities.ts';
import type { NameChangeInput } from '../contract/name-change.ts';
import type { OnboardingInput } from '../contract/onboarding.ts';
import { isPast } from '../domain/deadline.ts';
import type { AtRisk } from '../domain/notices.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { Stage } from '../domain/onboarding.ts';
import { DEFAULT_TIMING, type Timing } from '../domain/timing.ts';
import { proxyOnboardingActivities } from './activity-proxies.ts';
import { nothingKnown, type Carried, type Known } from './known.ts';
import { toldBefore, type ToldWait } from './told-waits.ts';

/** Everything one run knows. Handlers change `messages` only; the story changes the rest. */
export interface Run extends Known {
  readonly input: OnboardingInput;
  /** What the workflow was started with; the run that takes over is started with the same. */
  readonly order: OnboardingInput | NameChangeInput;
  readonly timing: Timing;
  readonly activities: OnboardingActivities;
  /** The waits that people have been told of by the run before this one. */
  takenUp: readonly ToldWait[];
  /** How many waits of this run have come to an end that another wait may follow. */
  waits: number;
  announced: Promise<void>;
  announcements: number;
  reservations: number;
}

/** Opens a run, or takes over from the one before. */
export function openRun(
  input: OnboardingInput,
  carried: Carried = {},
  order: Run['order'] = input,
): Run {
  const timing = { ...DEFAULT_TIMING, ...input.timing };
  return {
    ...{ input, order, timing, activities: proxyOnboardingActivities(timing) },
    ...nothingKnown(input),
    ...carried,
    takenUp: toldBefore(carried),
    announced: Promise.resolve(),
    ...{ waits: 0, announcements: 0, reservations: 0 },
  };
}

/** The last read of a number that the run before this one has brought so far. */
export function factsIn(
  { progress, turn, facts }: Run,
  stages: readonly Stage[],
): NumberFacts | undefined {
  // Ownership may have to be proved again in the midst of the protocol.
  const stage = turn === undefined ? progress.stage : 'registering';
  return stages.includes(stage) ? facts : undefined;
}

/** The instant that bounds a wait of this number, if one still does. */
export function boundOf(run: Run): number | undefined {
  return run.isBoundByDeadline ? run.progress.deadlineAtMs : undefined;
}

/** The deadline is here, and it still binds. */
export function isOverdue(run: Run): boolean {
  const boundMs = boundOf(run);
  return boundMs !== undefined && isPast(boundMs, Date.now());
}

/** What notices of the deadline go by, while one binds. */
export function riskOf(run: Run): AtRisk | undefined {
  const deadlineAtMs = boundOf(run);
  if (deadlineAtMs === undefined) return undefined;
  const isPreverified = run.facts?.isPreverified ?? false;
  return { deadlineAtMs, isPreverified, toldAtMs: run.noticeToldAtMs };
}

/** The nearest deadline comes first when an account's calls are short; numbers without one come last. */
export function urgencyOf(run: Run): number {
  return boundOf(run) ?? run.renameDueAtMs ?? Number.MAX_SAFE_INTEGER;
}

/** What every read must know of the number, whatever it shows. */
export function knownOf({
  isOnBizApp,
  wantedName,
}: Run): Pick<ObserveNumber, 'isOnBizApp' | 'wantedName'> {
  return {
    ...(isOnBizApp ? { isOnBizApp } : {}),
    ...(wantedName === undefined ? {} : { wantedName }),
  };
}

/** A repeated reservation finds its own row again. */
export function nextRequestKey(run: Run): string {
  run.reservations += 1;
  return `${workflowInfo().runId}/${run.reservations.toString()}`;
}

/** Adds to the number's history; written with the next announcement. */
export function tell(
  run: Run,
  kind: EventKind,
  [text, actor = 'onboarding']: [string, string?],
): void {
  run.news.push({ kind, text, actor, atMs: Date.now() });
}
