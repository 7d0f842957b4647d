import type { AttemptsLeft } from '../domain/attempt-budget.ts';
import type { NameDecision } from '../domain/name-decision.ts';
import type {
  CodeMethod,
  Platform,
  Source,
  Stage,
  Task,
  WaitingFor,
} from '../domain/onboarding.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isPhoneNumberId, type PhoneNumberId, type WabaId } from '../domain/phone-number.ts';
import type { Registration } from '../domain/number-facts.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import type { Timing } from '../domain/timing.ts';

/** One task queue for all onboardings: the pace per account is ours, not the queue's. */
export const TASK_QUEUE = 'whatsapp-number-onboarding';

export const ONBOARD_PHONE_NUMBER = 'onboardPhoneNumber';

/** No secret and no phone number: Temporal keeps the input as long as the run. */
export interface OnboardingInput {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  /** When the signup callback, or the order to begin without one, was accepted: milliseconds since the epoch. */
  readonly signedUpAtMs: number;
  readonly platform: Platform;
  readonly source: Source;
  /** On-Premises: how the customer's client would send a code. After Embedded Signup it sends none. */
  readonly codeMethod?: CodeMethod;
  /** Where Meta keeps the number's messages at rest; chosen when it is registered on Cloud API. */
  readonly dataLocalizationRegion?: string;
  /** Paces that differ from the defaults. */
  readonly timing?: Partial<Timing>;
  /**
   * Go on in a new run once the history has this many events; absent, once Temporal suggests it. For servers with low limits, and
   * for tests.
   */
  readonly handOverAfterEvents?: number;
}

export interface OnboardingResult {
  readonly outcome: Outcome;
  /** SHA-256 (hex) of the certificate kept in the store; absent where Meta issued none. */
  readonly certificateSha256?: string;
}

/** Three tracks, each moving alone: ownership (OTP), registration, name and certificate. Meta's own values. */
export interface Tracks {
  readonly ownership: string;
  readonly registration: Registration | 'unread';
  readonly name: string;
  /** Where a change of the name stands, while Meta shows one. */
  readonly newName?: string;
  readonly certificate: 'none' | 'collected' | 'not-issued';
}

/** Whose move it is, and why. */
export interface Waiting {
  readonly for: WaitingFor;
  /** The last refusal, or the state of the name. */
  readonly refusal?: Refusal;
  /** When the wait ends by itself. */
  readonly untilMs?: number;
}

/** The answer of the query `progress`, and what the fleet list keeps of a number. */
export interface Progress {
  /** Absent: the number is being onboarded. */
  readonly task?: Task;
  readonly stage: Stage;
  readonly waiting: Waiting;
  /** Absent for a number that came without Embedded Signup. */
  readonly deadlineAtMs?: number;
  readonly tracks: Tracks;
  readonly attemptsLeft?: AttemptsLeft;
  readonly certificateSha256?: string;
  /** When that certificate was read first. Meta shows it for seven days, and does not say since when. */
  readonly certificateSeenAtMs?: number;
  /** Meta lets the number send: while its name is in review, it can be used. */
  readonly isUsable?: boolean;
  /** What a webhook told of the name, where a read agrees. */
  readonly nameDecision?: NameDecision;
  /** Who has paused the number. */
  readonly pausedBy?: string | undefined;
  readonly outcome?: Outcome;
  readonly changedAtMs: number;
}

export const signalNames = {
  /** A hint that something changed at Meta: read the number now. */
  numberChanged: 'numberChanged',
  /** Anyone, from the UI's Signal button: try again now. */
  retry: 'retry',
  /** As the updates of these names, for whoever has the UI's Signal button only: the history tells what came of them. */
  pause: 'pause',
  resume: 'resume',
  abandon: 'abandon',
  /** The customer went through Embedded Signup again while the run goes on. */
  signedUpAgain: 'signedUpAgain',
} as const;

export interface SignedUpAgain {
  /** When the new callback was accepted; the deadline is counted from the newest. */
  readonly signedUpAtMs: number;
}

export const updateNames = {
  /** As `retry`, but it answers, and refuses with a reason. */
  retryNow: 'retryNow',
  /** The customer has taken the number off the WhatsApp app or account that held it: try again now. */
  numberFreed: 'numberFreed',
  /** Ask nothing of Meta until it is resumed; the deadline runs on. */
  pause: 'pause',
  resume: 'resume',
  /** Give the number up: ends the run as failed, with type `Abandoned`. */
  abandon: 'abandon',
  /** Asks Meta for another display name, where the number waits for one. */
  changeName: 'changeName',
} as const;

/** What a person may order of a run without any more words than who it is. */
export type OrderName = Exclude<keyof typeof updateNames, 'changeName'>;

export const queryNames = { progress: 'progress' } as const;

/** Who sent an operator's message. Free text of a person's own choosing stays out of ids and attributes. */
export interface SentBy {
  readonly actor: string;
}

const WORKFLOW_ID_PREFIX = 'onboard-phone-number/';

export function workflowIdOf(phoneNumberId: PhoneNumberId): string {
  return `${WORKFLOW_ID_PREFIX}${phoneNumberId}`;
}

/** The inverse of `workflowIdOf`; undefined for any other workflow id. */
export function phoneNumberIdOf(workflowId: string): PhoneNumberId | undefined {
  if (!workflowId.startsWith(WORKFLOW_ID_PREFIX)) return undefined;
  const id = workflowId.slice(WORKFLOW_ID_PREFIX.length);
  return isPhoneNumberId(id) ? id : undefined;
}
