import type { Generated } from 'kysely';
import type { AttemptKind } from '../domain/attempt-budget.ts';
import type { Cause } from '../domain/causes.ts';
import type { CodeMethod, Platform, Source, Task } from '../domain/onboarding.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { Role } from '../domain/role.ts';
import type { AttemptRow, DeliveryRow, Owner } from './store.ts';

/** The tables as code sees them; in the database the same names are in snake case. */
export interface Schema {
  credentials: CredentialTable;
  dataKeys: DataKeyTable;
  registrationAttempts: AttemptTable;
  deregistrationAttempts: AttemptTable;
  nameChangeAttempts: AttemptTable;
  signups: SignupTable;
  numbers: NumberTable;
  events: EventTable;
  announcements: AnnouncementTable;
  deliveries: DeliveryTable;
  inbox: InboxTable;
  nameDecisions: NameDecisionTable;
  accounts: AccountTable;
  accountCalls: AccountCallTable;
  accountQueue: AccountQueueTable;
  numberReads: NumberReadTable;
  tombstones: TombstoneTable;
  preverified: PreverifiedTable;
  orders: OrderTable;
  apiTokens: ApiTokenTable;
  sessions: SessionTable;
  tickets: TicketTable;
  audit: AuditTable;
  auditResults: AuditResultTable;
}

interface CredentialTable {
  owner: Owner;
  field: string;
  sealed: string;
  expiresAtMs: number | null;
  updatedAtMs: number;
}

interface DataKeyTable {
  owner: Owner;
  sealed: string;
  /** Of the ring's key that seals it. */
  kid: string;
  updatedAtMs: number;
}

interface AttemptTable {
  phoneNumberId: PhoneNumberId;
  n: number;
  requestKey: string;
  kind: AttemptKind;
  state: AttemptRow['state'];
  openedAtMs: number;
  sendingAtMs: number | null;
  closedAtMs: number | null;
  http: number | null;
  code: number | null;
  subcode: number | null;
  traceId: string | null;
  cause: Cause | null;
  toldWaitMs: number | null;
}

interface SignupTable {
  id: string;
  idempotencyKey: string;
  bodyHash: string;
  phoneNumberId: PhoneNumberId;
  wabaId: WabaId;
  acceptedAtMs: number;
  deadlineAtMs: number;
  startedAtMs: number | null;
  platform: Platform;
  codeMethod: CodeMethod | null;
  dataLocalizationRegion: string | null;
  source: Generated<Source>;
}

interface NumberTable {
  phoneNumberId: PhoneNumberId;
  wabaId: WabaId;
  displayPhoneNumber: string;
  /** Of the display phone number; null while that is unknown, so that nothing finds it. */
  digits: string | null;
  verifiedName: string | null;
  stage: string;
  waitingFor: string;
  deadlineAtMs: number;
  cause: string | null;
  outcome: string | null;
  /** Null: it is being onboarded, or was. */
  task: Task | null;
  progressJson: string | null;
  updatedAtMs: number;
}

interface EventTable {
  id: Generated<number>;
  phoneNumberId: PhoneNumberId;
  kind: string;
  atMs: number;
  text: string;
  actor: string;
}

interface AnnouncementTable {
  phoneNumberId: PhoneNumberId;
  announcementKey: string;
  atMs: number;
}

interface DeliveryTable {
  id: string;
  eventId: number;
  phoneNumberId: PhoneNumberId;
  wabaId: WabaId;
  type: string;
  state: DeliveryRow['state'];
  changedAtMs: number;
}

interface InboxTable {
  digest: string;
  wabaId: WabaId;
  field: string;
  digits: string | null;
  event: string | null;
  toldAtMs: number | null;
  untilMs: number | null;
  receivedAtMs: number;
  deliveredAtMs: number | null;
}

interface NameDecisionTable {
  wabaId: string;
  digits: string;
  decision: string;
  reason: string | null;
  toldAtMs: number;
}

interface AccountTable {
  wabaId: WabaId;
  /** Of its list, to the last page. */
  readAtMs: number | null;
  subscribedAtMs: number | null;
  pausedUntilMs: number | null;
  usePct: number | null;
  useOurs: number | null;
  useAtMs: number | null;
  listed: number | null;
  tokenExpiresAtMs: number | null;
  tokenDataAccessExpiresAtMs: number | null;
  tokenReadAtMs: number | null;
  tokenToldAtMs: number | null;
  review: string | null;
  reviewReadAtMs: number | null;
}

interface AccountCallTable {
  wabaId: WabaId;
  atMs: number;
}

interface AccountQueueTable {
  who: string;
  wabaId: WabaId;
  urgencyMs: number;
  calls: number;
  untilMs: number;
}

interface NumberReadTable {
  phoneNumberId: PhoneNumberId;
  wabaId: WabaId;
  readAtMs: number;
  factsJson: string;
  isRegistered: number;
}

interface PreverifiedTable {
  preverifiedId: string;
  addedAtMs: number;
  /** Null while its workflow has something to hear. */
  heardAtMs: number | null;
  deletedAtMs: number | null;
  toldAtMs: number | null;
  toldText: string | null;
}

interface OrderTable {
  nameHash: string;
  bodyHash: string;
  begunAtMs: number;
  /** Null while it runs, as are the others. */
  status: number | null;
  answer: string | null;
  location: string | null;
}

interface TombstoneTable {
  idHash: string;
  /** Null where its digits were not known. */
  digitsHash: string | null;
  erasedAtMs: number;
  /** Null while it is being erased. */
  finishedAtMs: number | null;
  /** When its attempts were sent, of the last 72 hours. */
  attemptsJson: string;
}

interface ApiTokenTable {
  prefix: string;
  hash: string;
  role: Role;
  owner: string;
  createdAtMs: number;
  expiresAtMs: number | null;
  revokedAtMs: number | null;
  lastUsedAtMs: number | null;
}

interface SessionTable {
  hash: string;
  role: Role;
  owner: string;
  /** Of the API token that was shown, if it was one. */
  tokenPrefix: string | null;
  expiresAtMs: number;
}

interface TicketTable {
  hash: string;
  kind: 'login' | 'signup';
  role: Role | null;
  /** Who logs in; of a signup the session. */
  owner: string;
  expiresAtMs: number;
}

interface AuditTable {
  id: Generated<number>;
  requestId: string;
  atMs: number;
  actor: string;
  role: string;
  action: string;
  subject: string | null;
}

interface AuditResultTable {
  requestId: string;
  atMs: number;
  result: string;
  subject: string | null;
}

type WithoutNulls<Row> = {
  [Key in keyof Row as null extends Row[Key] ? never : Key]: Row[Key];
} & {
  [Key in keyof Row as null extends Row[Key] ? Key : never]?: Exclude<Row[Key], null>;
};

/** A row as the rest of the code wants it: what is not there is absent, not null. */
export function withoutNulls<Row extends object>(row: Row): WithoutNulls<Row>;
export function withoutNulls(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
