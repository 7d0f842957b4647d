import type { AccountEvent } from '../domain/account-events.ts';
import type { NameDecision } from '../domain/name-decision.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';

/** One change of a webhook. `digest` is the SHA-256 of what makes it the same change when Meta repeats it. */
export interface NewHint {
  readonly digest: string;
  readonly wabaId: WabaId;
  readonly field: string;
  /** Digits of the number the change is about; absent for changes of a whole account. */
  readonly digits?: string;
  /** Meta's word for what happened. */
  readonly event?: string;
  /** When Meta says that it happened. */
  readonly toldAtMs?: number;
  /** When a restriction ends. */
  readonly untilMs?: number;
  /** What the change says of the number's name; without a time of its own it is told now. */
  readonly nameDecision?: Omit<NameDecision, 'toldAtMs'> & { readonly toldAtMs?: number };
}

export interface HintRow {
  readonly digest: string;
  readonly wabaId: WabaId;
  readonly field: string;
  readonly digits?: string;
  readonly event?: string;
  readonly receivedAtMs: number;
}

/** Meta's webhooks by digest: a duplicate is answered but kept once, and nothing is lost before 200 is sent. */
export interface Inbox {
  /** One transaction for all changes of a webhook. Answers with how many were new. */
  keep(hints: readonly NewHint[]): Promise<number>;
  /** Hints that have not woken their number yet, oldest first. */
  pending(limit: number): Promise<readonly HintRow[]>;
  markDelivered(digests: readonly string[]): Promise<void>;
  /** The last decision about the number's name, in whatever order Meta sent them; it stays as long as the number is known. */
  nameDecisionOf(phoneNumberId: PhoneNumberId): Promise<NameDecision | undefined>;
  /** What webhooks told of the account as a whole: of each event the last. */
  accountEventsOf(wabaId: WabaId): Promise<readonly AccountEvent[]>;
  /** Drops what came before this instant, as Meta repeats no change that old; but no restriction that still holds. */
  forget(beforeMs: number): Promise<void>;
}
