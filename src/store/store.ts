import type { AttemptKind } from '../domain/attempt-budget.ts';
import type { Cause } from '../domain/causes.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { CodeMethod, Platform, Source, Task } from '../domain/onboarding.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { AttemptOutcome, Reservation } from '../domain/register-protocol.ts';
import type { Secret } from '../domain/secret.ts';
import type { TokenLife } from '../domain/token-life.ts';
import type { Audit, Sessions, Tokens } from './access.ts';
import type { Adoptions } from './adoptions.ts';
import type { Fleet, NumberRow } from './fleet-store.ts';
import type { Preverified } from './preverified.ts';
import type { Orders } from './named-orders.ts';
import type { TokenLives } from './token-lives.ts';

export type { NumberRow };
import type { Figures } from './fleet-figures.ts';
import type { Inbox } from './hints.ts';

/** Everything we keep. Secrets in it are sealed; every method fails with `StoreUnavailable` when the database cannot answer. */
export interface Store {
  readonly credentials: Credentials;
  readonly keyUse: KeyUse;
  /** Of `/register`. */
  readonly attempts: Attempts;
  /** Of `/deregister`, which Meta counts apart. */
  readonly deregistrations: Attempts;
  /** Requests for another display name; the name itself is not kept. */
  readonly nameChanges: Attempts;
  readonly signups: Signups;
  readonly adoptions: Adoptions;
  readonly tokenLives: TokenLives;
  readonly preverified: Preverified;
  readonly numbers: Numbers;
  readonly fleet: Fleet;
  readonly orders: Orders;
  readonly deliveries: Deliveries;
  readonly inbox: Inbox;
  readonly accounts: Accounts;
  readonly pacing: Pacing;
  readonly erasure: Erasure;
  readonly figures: Figures;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly audit: Audit;
  /** Answers when the database can be read and written; throws `StoreUnavailable` otherwise. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Tokens by account, PINs and certificates by number: sealed, and opened only by the code that sends them. Opening throws
 * `SealBroken` when a value was changed or was moved from another row, and `SealingKeyMissing` while the ring lacks its key.
 */
export interface Credentials {
  tokenOf(wabaId: WabaId): Promise<Secret | undefined>;
  /** The number's one PIN: drawn by a CSPRNG and sealed the first time, the same ever after. */
  ensurePin(phoneNumberId: PhoneNumberId): Promise<void>;
  pinOf(phoneNumberId: PhoneNumberId): Promise<Secret | undefined>;
  /**
   * Seals a PIN that Meta does not know yet, before it is told: the given one, else the one proposed before, else a fresh one.
   * One at a time: another one that is given meanwhile is not taken, as Meta may have the first already. It becomes the
   * number's PIN by `adoptPin`, and is forgotten by `dropProposedPin`.
   */
  proposePin(phoneNumberId: PhoneNumberId, pin?: Secret): Promise<ProposedPin>;
  /** False: it is no longer the one proposed, so somebody else has ended the proposal. */
  adoptPin(phoneNumberId: PhoneNumberId, pin: Secret): Promise<boolean>;
  dropProposedPin(phoneNumberId: PhoneNumberId, pin: Secret): Promise<void>;
  /** Is there a PIN that Meta may not know? It must be set there before it can be used. */
  isPinStale(phoneNumberId: PhoneNumberId): Promise<boolean>;
  /** Somebody changed the PIN at Meta: ours, if there is one and none is proposed, is proposed again. */
  markPinStale(phoneNumberId: PhoneNumberId): Promise<void>;
  /** The PIN that Meta has, as a person tells it, in place of ours. */
  keepPin(phoneNumberId: PhoneNumberId, pin: Secret): Promise<void>;
  /** Seals the certificate unless the same one is kept; answers with its SHA-256 in hex. */
  keepCertificate(phoneNumberId: PhoneNumberId, certificate: Secret): Promise<string>;
  certificateOf(phoneNumberId: PhoneNumberId): Promise<Secret | undefined>;
  /** How the account's own On-Premises client is reached; the whole of it is sealed. */
  keepOnPremises(wabaId: WabaId, access: OnPremisesAccess): Promise<void>;
  onPremisesOf(wabaId: WabaId): Promise<OnPremisesAccess | undefined>;
}

/** Whom a secret belongs to. */
export type Owner = `number/${string}` | `account/${string}`;

/** What the keys of the ring have sealed in this database. */
export interface KeyUse {
  /** How many rows need which key, by its id. */
  count(): Promise<ReadonlyMap<string, number>>;
  /**
   * Seals everything with the active key, in transactions of a few rows. It may be cut off anywhere, and run again, also by
   * two at a time. What does not open stays as it is, and is counted.
   */
  rotate(onProgress: (soFar: Rotation) => void): Promise<Rotation>;
}

export interface Rotation {
  /** Data keys that were sealed with another key. */
  readonly rewrapped: number;
  /** Values that had no data key yet. */
  readonly resealed: number;
  /** Rows left as they were, because their key is missing or they were changed. */
  readonly left: number;
}

export type ProposedPin =
  /** `isNew`: nobody has been told of it yet. */
  | { readonly kind: 'proposed'; readonly pin: Secret; readonly isNew: boolean }
  /** Another one is on its way to Meta. */
  | { readonly kind: 'busy' };

export interface OnPremisesAccess {
  readonly baseUrl: string;
  readonly userName: string;
  readonly password: Secret;
  /** PEM: the only issuers to trust, for a client that signs its own certificate. */
  readonly ca?: string;
}

export interface NewAttempt {
  readonly phoneNumberId: PhoneNumberId;
  readonly requestKey: string;
  readonly kind: AttemptKind;
  /** How long a request may be on its way: no second attempt while one this young is open or sending. */
  readonly inFlightMs: number;
}

/** What is known of an attempt that has ended; never a body. */
export interface AttemptResult {
  readonly state: 'ok' | 'refused' | 'unknown' | 'not_sent';
  readonly http?: number;
  readonly code?: number;
  readonly subcode?: number;
  readonly traceId?: string;
  readonly cause?: Cause;
  readonly toldWaitMs?: number;
}

/**
 * A ledger of attempts, one row before each request, outliving workflow, worker and re-signup. States: `open` →
 * `sending` → `ok` | `refused` | `unknown` | `not_sent`, or `open` → `not_sent`. Every change is a compare-and-set; nothing
 * leaves a closed state, except `unknown` → `ok` when a read proves it.
 */
export interface Attempts {
  /**
   * One transaction, serial between processes: attempts in flight and budget are checked, then the row is written.
   * `left` counts the reserved attempt as spent. Repeated with the same `requestKey` it answers with the same row, even a
   * closed one: `startSending` then refuses.
   */
  reserve(attempt: NewAttempt): Promise<Reservation>;
  /** `open` → `sending`, only if `n` is the number's newest attempt. False: nothing may be sent. */
  startSending(phoneNumberId: PhoneNumberId, n: number): Promise<boolean>;
  /**
   * Closes a row that is `sending`; as `not_sent` also an `open` one, as `ok` also an `unknown` one. False: nothing is changed,
   * it was closed already or never sent.
   */
  close(phoneNumberId: PhoneNumberId, n: number, result: AttemptResult): Promise<boolean>;
  /** Closes a row whose sender is gone: `open` becomes `not_sent`, `sending` becomes `unknown`; then tells how it ended. No row: `unknown`. */
  settle(phoneNumberId: PhoneNumberId, n: number): Promise<AttemptOutcome>;
  /** A read shows what the newest attempt was for: if its answer was lost, it is `ok` after all. */
  prove(phoneNumberId: PhoneNumberId): Promise<void>;
  /** Every attempt of a number, oldest first. */
  of(phoneNumberId: PhoneNumberId): Promise<readonly AttemptRow[]>;
}

export interface AttemptRow {
  readonly n: number;
  readonly kind: AttemptKind;
  readonly state: 'open' | 'sending' | AttemptResult['state'];
  readonly openedAtMs: number;
  readonly code?: number;
  readonly cause?: Cause;
}

export interface NewSignup {
  readonly idempotencyKey: string;
  /** Keyed hash of the request body: tells a repeat from another request under the same key. */
  readonly bodyHash: string;
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly displayPhoneNumber: string;
  readonly verifiedName?: string;
  readonly token: Secret;
  readonly tokenLife?: TokenLife;
  readonly deadlineAtMs: number;
  readonly how?: RegistrationChoice;
}

/** What the partner chose for the number. */
export interface RegistrationChoice {
  readonly platform: Platform;
  /** Of an On-Premises client. */
  readonly codeMethod?: CodeMethod;
  readonly dataLocalizationRegion?: string;
}

export interface SignupRow {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly bodyHash: string;
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly acceptedAtMs: number;
  /** Absent where the number came without Embedded Signup. */
  readonly deadlineAtMs?: number;
  readonly source: Source;
  readonly how: RegistrationChoice;
}

/** Accepted callbacks: an outbox until the workflow is known to have started. */
export interface Signups {
  byIdempotencyKey(key: string): Promise<SignupRow | undefined>;
  /**
   * One transaction: the sealed token, the signup, its event, and the number's first row. A number that has ended begins anew; one
   * that runs goes on with the new token.
   */
  accept(signup: NewSignup): Promise<SignupRow>;
  /** Of a signup that named no number: the sealed token, and until when it works. */
  keepAccess(
    wabaId: WabaId,
    access: Required<Pick<NewSignup, 'token' | 'tokenLife'>>,
  ): Promise<void>;
  /** Signups whose workflow is not known to have started, oldest first. */
  pending(limit: number): Promise<readonly SignupRow[]>;
  markStarted(id: string): Promise<void>;
}

export interface EventRow {
  readonly id: number;
  readonly phoneNumberId: PhoneNumberId;
  readonly kind: string;
  readonly atMs: number;
  readonly text: string;
  readonly actor: string;
}

/** `deliverAs` is the event's public type, for one that the partner is told. */
export type NewEvent = Omit<EventRow, 'id' | 'phoneNumberId'> & { readonly deliverAs?: string };

export interface NumberAnnouncement {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly stage: string;
  readonly waitingFor: string;
  readonly deadlineAtMs?: number;
  readonly cause?: string;
  readonly outcome?: string;
  readonly task?: Task;
  readonly progressJson: string;
  readonly events: readonly NewEvent[];
  /** A repeat under the same key writes nothing but events that the one before did not tell. */
  readonly announcementKey: string;
}

export interface Numbers {
  byId(phoneNumberId: PhoneNumberId): Promise<NumberRow | undefined>;
  /** Webhooks name a number by its account and its digits, not by its id. Of two with the same digits, the one changed last. */
  byDigits(wabaId: WabaId, digits: string): Promise<NumberRow | undefined>;
  ofAccount(wabaId: WabaId): Promise<readonly NumberRow[]>;
  /** One transaction: the number's row, its new events, and those of them that the partner is to be told. */
  announce(announcement: NumberAnnouncement): Promise<void>;
  /** Adds an event, once per key, to the history of the account's numbers that have ended; of one number, if digits name it. */
  noteEnded(
    about: { readonly wabaId: WabaId; readonly digits?: string },
    key: string,
    event: Omit<EventRow, 'id' | 'phoneNumberId'>,
  ): Promise<void>;
  /** Keeps the name that Meta shows of a number. */
  keepName(phoneNumberId: PhoneNumberId, verifiedName: string): Promise<void>;
  /** Adds one event to the history of a number that is known. */
  note(phoneNumberId: PhoneNumberId, event: Omit<EventRow, 'id' | 'phoneNumberId'>): Promise<void>;
  eventsOf(phoneNumberId: PhoneNumberId): Promise<readonly EventRow[]>;
  /** Events of all numbers with an id above `id`, oldest first, at most 1,000: the last one's id asks for the rest. */
  eventsAfter(id: number): Promise<readonly EventRow[]>;
  /** 0 if there is none. */
  newestEventId(): Promise<number>;
}

/** An event for the partner. Its id stays the same however often it is sent. */
export interface DeliveryRow {
  readonly id: string;
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  readonly type: string;
  readonly atMs: number;
  readonly text: string;
  /** `waiting` behind another event of its number → `due` → `started` → `delivered` | `undelivered`. */
  readonly state: 'waiting' | 'due' | 'started' | 'delivered' | 'undelivered';
}

/** Events for the partner: an outbox that lets out one event of a number at a time, in the number's order. */
export interface Deliveries {
  byId(id: string): Promise<DeliveryRow | undefined>;
  /** Events whose delivery is not known to have started, oldest first; also one that started so long ago that it must have been lost. */
  due(limit: number): Promise<readonly DeliveryRow[]>;
  markStarted(id: string): Promise<void>;
  /** Ends the delivery, and lets the number's next event out. What was delivered stays so. */
  settle(id: string, state: 'delivered' | 'undelivered'): Promise<void>;
  /** Given up, oldest first. */
  undelivered(): Promise<readonly DeliveryRow[]>;
  /** Sends an event once more, whatever became of it. False: there is none with this id. */
  redeliver(id: string): Promise<boolean>;
}

/** What one read of a number said, whoever made it: the number itself or the watch of its account. */
export interface NumberRead {
  readonly phoneNumberId: PhoneNumberId;
  readonly facts: NumberFacts;
}

export interface AccountReview {
  /** Meta's word; absent where Meta did not say. */
  readonly status?: string;
  readonly readAtMs: number;
}

/** Accounts as Meta showed them last. Losing all of it costs calls, never a number. */
export interface Accounts {
  lastReadOf(phoneNumberId: PhoneNumberId): Promise<NumberFacts | undefined>;
  lastReadsOf(wabaId: WabaId): Promise<readonly NumberRead[]>;
  keepReads(wabaId: WabaId, reads: readonly NumberRead[]): Promise<void>;
  /** The account's review as Meta showed it last, and when it was asked. */
  reviewOf(wabaId: WabaId): Promise<AccountReview | undefined>;
  keepReview(wabaId: WabaId, review: AccountReview): Promise<void>;
  /** When its list was last read to the end. */
  listedAtMs(wabaId: WabaId): Promise<number | undefined>;
  /** How many numbers its list had last, most of which may be none of ours; 0 if it was never listed. */
  listedOf(wabaId: WabaId): Promise<number>;
  /** The whole of its list was read, to the last page: it has so many numbers. */
  markListed(wabaId: WabaId, listed: number): Promise<void>;
  /** True for one caller an hour: it makes sure of the app's subscription for all numbers of the account. */
  claimSubscription(wabaId: WabaId): Promise<boolean>;
  /** Lets the next caller try at once: the claim came to nothing. */
  giveUpSubscription(wabaId: WabaId): Promise<void>;
}

export interface PermitRequest {
  readonly wabaId: WabaId;
  /** Whose calls: a number's id, or the watch of the account. */
  readonly who: string;
  /** The lower, the sooner: a number's deadline. */
  readonly urgencyMs: number;
  readonly calls: number;
  /** Counted, but never made to wait. */
  readonly atOnce?: boolean;
}

/** The wait as a duration too: the database's clock may not be the asker's. */
export type PermitAnswer =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly waitMs: number };

/** One pace per account for all workers, so that Meta's hourly limit is never the one to say no. */
export interface Pacing {
  /** `go` counts the call. `wait` keeps the number's place, behind those that are more urgent. */
  permit(request: PermitRequest): Promise<PermitAnswer>;
  /** Meta's own figure of an account's use, in per cent of its limit. */
  noteUse(wabaId: WabaId, pct: number): Promise<void>;
  /** Meta refused a call for the limit: none is made for so long. */
  pause(wabaId: WabaId, forMs: number): Promise<void>;
}

/** How many rows went, by table. */
export type ErasedRows = Readonly<Record<string, number>>;

/** Forgetting a number for good. Each step may be repeated: a second order finishes the first. */
export interface Erasure {
  /** From here on nothing new about the number is written. */
  begin(phoneNumberId: PhoneNumberId): Promise<void>;
  /** Its rows, its secrets and its data key; the account's token with the account's last number. */
  eraseRows(phoneNumberId: PhoneNumberId): Promise<ErasedRows>;
  finish(phoneNumberId: PhoneNumberId): Promise<void>;
  /** For 8 days; undefined for a number that was not erased, or has signed up again. */
  stateOf(phoneNumberId: PhoneNumberId): Promise<'erasing' | 'erased' | undefined>;
  /**
   * Called before something new is kept of the number: what Meta has counted of it is counted here again. `erasing`: nothing may
   * be kept yet.
   */
  welcomeBack(phoneNumberId: PhoneNumberId): Promise<'erasing' | 'welcome'>;
  /** Is anything of it kept, also by an order without a signup? */
  isKnown(phoneNumberId: PhoneNumberId): Promise<boolean>;
}
