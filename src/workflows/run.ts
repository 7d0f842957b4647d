import { workflowInfo } from '@temporalio/workflow';
import type {
  EventKind,
  NumberEvent,
  ObserveNumber,
  OnboardingActivities,
} from '../contract/activities.ts';
import type { NameWish } from '../contract/name-change.ts';
import type { OnboardingInput, Progress, Waiting } from '../contract/onboarding.ts';
import { isPast, provisionalDeadlineOf } from '../domain/deadline.ts';
import type { AtRisk } from '../domain/notices.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import { hasSignupDeadline } from '../domain/onboarding.ts';
import { DEFAULT_TIMING, type Timing } from '../domain/timing.ts';
import { proxyOnboardingActivities } from './activity-proxies.ts';

/** Everything one run knows. Handlers change `messages` only; the story changes the rest. */
export interface Run {
  readonly input: OnboardingInput;
  readonly timing: Timing;
  readonly activities: OnboardingActivities;
  readonly messages: Messages;
  progress: Progress;
  /** The last good read. */
  facts: NumberFacts | undefined;
  /** Meta has refused to register it, as it stays on the WhatsApp Business app. Not every read shows that. */
  isOnBizApp: boolean;
  /** False once the number is registered, or need not be: only registration is under the deadline. And without a signup. */
  isBoundByDeadline: boolean;
  /** The display name that a person asked for in this run, until it is live. */
  wantedName: string | undefined;
  /** Until when an approved new name can be applied; undefined while none is. */
  renameDueAtMs: number | undefined;
  /** The signup from which the deadline is counted. */
  signedUpAtMs: number;
  /** The instant at which the last notice of the deadline was due; 0 before the first. */
  noticeToldAtMs: number;
  /** When Meta told the last decision about the name that this run has heard of; 0 before the first. */
  decisionToldAtMs: number;
  /** What a paused number waited for before. */
  heldFrom: Waiting | undefined;
  /** What happened since the last announcement. */
  news: NumberEvent[];
  announced: Promise<void>;
  announcements: number;
  reservations: number;
}

/** Counters, so that no message is lost between two looks at them. */
export interface Messages {
  hints: number;
  retries: number;
  retriesServed: number;
  /** When the customer went through Embedded Signup last. */
  signedUpAtMs: number;
  /** Who has paused the number. */
  pausedBy: string | undefined;
  /** Who has given the number up. */
  givenUpBy: string | undefined;
  /** The number waits with something that another display name ends. */
  takesName: boolean;
  /** The last name that a person asked for and nobody has sent yet. */
  name: NameWish | undefined;
}

export function openRun(input: OnboardingInput): Run {
  const timing = { ...DEFAULT_TIMING, ...input.timing };
  const isBoundByDeadline = hasSignupDeadline(input.source);
  return {
    input,
    timing,
    activities: proxyOnboardingActivities(timing),
    messages: {
      ...{ hints: 0, retries: 0, retriesServed: 0, signedUpAtMs: input.signedUpAtMs },
      ...{ pausedBy: undefined, givenUpBy: undefined, takesName: false, name: undefined },
    },
    progress: {
      stage: 'verifying',
      waiting: { for: 'meta' },
      ...(isBoundByDeadline && { deadlineAtMs: provisionalDeadlineOf(input.signedUpAtMs) }),
      tracks: { ownership: 'unread', registration: 'unread', name: 'unread', certificate: 'none' },
      changedAtMs: Date.now(),
    },
    facts: undefined,
    isOnBizApp: false,
    isBoundByDeadline,
    wantedName: undefined,
    renameDueAtMs: undefined,
    signedUpAtMs: input.signedUpAtMs,
    noticeToldAtMs: 0,
    decisionToldAtMs: 0,
    heldFrom: undefined,
    news: [],
    announced: Promise.resolve(),
    announcements: 0,
    reservations: 0,
  };
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
