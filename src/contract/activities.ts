import type { AttemptKind } from '../domain/attempt-budget.ts';
import type { Goal } from '../domain/goals.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { CodeMethod } from '../domain/onboarding.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { AttemptOutcome, Readiness, RepairOutcome } from '../domain/register-protocol.ts';
import type { Timing } from '../domain/timing.ts';
import type { Progress } from './onboarding.ts';

export interface ObserveNumber {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly goal: Goal;
  /** When this wait began; the pace of reads follows from it. */
  readonly sinceMs: number;
  readonly pace: 'poll' | 'proof';
  readonly timing: Timing;
  /** Stop waiting after this long and answer with the last read. */
  readonly giveUpAfterMs?: number;
  /** No read before this instant, as the number was read a moment ago; 0 reads now. */
  readonly notBeforeMs: number;
  /** Of two numbers of one account, the lower is read first when calls are short: the deadline, while one binds. */
  readonly urgencyMs: number;
  /** The display name that was asked for last, if one was: the answer says whether Meta shows it. */
  readonly wantedName?: string;
  /** Of the webhook's decisions about the name, those told after this instant are news: they end a wait for the name. */
  readonly knownDecisionAtMs?: number;
  /** Meta said so by refusing to register it, and not every read shows it. */
  readonly isOnBizApp?: true;
  /** At the deadline: read now, whatever the account's pace. */
  readonly isLastRead?: boolean;
}

export interface ReserveAttempt {
  readonly phoneNumberId: PhoneNumberId;
  /** Run id and step: repeating the call with the same key gives the same row. */
  readonly requestKey: string;
  readonly kind: AttemptKind;
}

export interface NumberRef {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
}

export interface AttemptRef {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly n: number;
  readonly dataLocalizationRegion?: string;
}

/** Something that happened to a number, for its history. */
export interface NumberEvent {
  readonly kind: EventKind;
  readonly atMs: number;
  /** One plain sentence for people; no secret, no phone number. */
  readonly text: string;
  /** Who did it: Meta, this service, or the person who sent a message. */
  readonly actor: string;
}

export type EventKind =
  | 'signed-up'
  | 'verified'
  | 'attempt'
  | 'repaired'
  | 'registered'
  | 'not-applicable'
  | 'needs-action'
  | 'deadline-at-risk'
  | 'access-expiring'
  | 'waiting'
  | 'retried'
  | 'number-freed'
  | 'paused'
  | 'resumed'
  | 'name-submitted'
  | 'signed-up-again'
  | 'name-decided'
  | 'name-applied'
  | 'name-undecided'
  | 'certificate-collected'
  | 'ready'
  | 'signup-expired'
  | 'abandoned';

export interface Announce {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly progress: Progress;
  readonly events: readonly NumberEvent[];
  /** Makes a repeat of the same announcement write nothing twice. */
  readonly announcementKey: string;
}

/** One attempt each. Retrying, counting and waiting are decided by the workflow and the ledger. */
export interface OnboardingActivities {
  /**
   * Reads the number and answers once `goal` is reached. Until then it fails with `StillWaiting` and the delay to the next
   * read, so that Temporal's own retry is the poll. A certificate seen on the way is sealed in the store.
   */
  readonly observeNumber: (args: ObserveNumber) => Promise<NumberFacts>;
  /** Draws and seals the PIN if the number has none, then writes the attempt's row. Nothing is sent. Idempotent by key. */
  readonly reserveAttempt: (args: ReserveAttempt) => Promise<Readiness>;
  /** Sends one request to `/register`, if the reserved row is still the newest. Never retried by Temporal. */
  readonly register: (args: AttemptRef) => Promise<AttemptOutcome>;
  /** Closes an attempt whose activity failed: a late one can no longer send, a sent one is of unknown outcome. */
  readonly settleAttempt: (args: AttemptRef) => Promise<AttemptOutcome>;
  /** Tells Meta the number's PIN, as sealed here. May be repeated. */
  readonly setPin: (args: NumberRef) => Promise<void>;
  /** Takes a half-removed number off Cloud API for good: one request, counted first. Never retried by Temporal. */
  readonly deregister: (
    args: NumberRef & { readonly requestKey: string },
  ) => Promise<RepairOutcome>;
  /**
   * Asks Meta for another display name: one request, counted first. Never retried by Temporal. Repeated with the same
   * `requestKey` it sends nothing.
   */
  readonly submitName: (
    args: NumberRef & { readonly name: string; readonly requestKey: string },
  ) => Promise<RepairOutcome>;
  /**
   * Registers the number on the account's own client with the certificate that Meta shows. May be repeated. `code-sent` asks a
   * person for the code.
   */
  readonly registerOnPremises: (
    args: NumberRef & { readonly codeMethod: CodeMethod; readonly urgencyMs: number },
  ) => Promise<'registered' | 'code-sent'>;
  /** Writes what people see: the fleet's row and the number's history. */
  readonly announce: (args: Announce) => Promise<void>;
}
