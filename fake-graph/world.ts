import { z } from 'zod';

import { armedFaultSchema } from './fault-kinds.ts';
import { phoneNumberSchema } from './phone-number.ts';
import { switchesSchema } from './switches.ts';

export const appSchema = z.object({
  id: z.string(),
  secret: z.string(),
  name: z.string(),
  /** Where webhooks go; none are sent without it. */
  callback_url: z.string().optional(),
  verify_token: z.string(),
  /** The partner's business portfolio, which holds the pre-verified numbers. */
  business_id: z.string(),
  /** The webhook fields switched on in the App Dashboard; all of them unless said otherwise. */
  fields: z.array(z.string()).optional(),
});

export const wabaSchema = z.object({
  id: z.string(),
  name: z.string(),
  owner_business_id: z.string(),
  account_review_status: z.string(),
  business_verification_status: z.string(),
  subscribed: z.object({ override_callback_uri: z.string().optional() }).optional(),
  /** Calls in a rolling hour; Meta's own limits unless a tester lowers them. */
  call_limit: z.number().int().positive().optional(),
  ban_state: z.enum(['DISABLE', 'REINSTATE', 'SCHEDULE_FOR_DISABLE']).optional(),
  /** No number can be added before. */
  restricted_until_ms: z.number().optional(),
  /** How many numbers its portfolio may hold; Meta's own caps unless set. */
  max_phone_numbers: z.number().int().nonnegative().optional(),
});

/** A number the partner has verified before a customer claims it. */
export const preverifiedSchema = z.object({
  id: z.string(),
  seq: z.number(),
  business_id: z.string(),
  cc: z.string(),
  digits: z.string(),
  added_at_ms: z.number(),
  otp_verified_at_ms: z.number().optional(),
  pending_code: z.string().optional(),
  wrong_codes: z.number(),
  codes_locked_until_ms: z.number().optional(),
  /** Business portfolios. */
  shared_with: z.array(z.string()),
});

export const tokenSchema = z.object({
  value: z.string(),
  kind: z.enum(['business', 'system', 'app']),
  /** Newest first. A system token without this list covers every account. */
  wabas: z.array(z.string()).optional(),
  /** Of the customer whose hosted signup it was fetched for. */
  business_id: z.string().optional(),
  scopes: z.array(z.string()),
  user_id: z.string(),
  issued_at_ms: z.number(),
  expires_at_ms: z.number().optional(),
  data_access_expires_at_ms: z.number().optional(),
  revoked: z.boolean(),
});

/** Somebody logged in to a customer's own client. */
const onpremSessionSchema = z.object({
  token: z.string(),
  expires_at_ms: z.number(),
  /** The number it last asked to register. */
  number: z.string().optional(),
});

const signupCodeSchema = z.object({
  value: z.string(),
  waba_id: z.string(),
  issued_at_ms: z.number(),
  used: z.boolean(),
});

const due = { at_ms: z.number() };

export const decisionSchema = z.enum(['APPROVED', 'REJECTED', 'DEFERRED', 'PENDING']);
export type Decision = z.infer<typeof decisionSchema>;

export const scheduledSchema = z.discriminatedUnion('kind', [
  z.object({
    ...due,
    kind: z.literal('name_decided'),
    number: z.string(),
    decision: decisionSchema,
    reason: z.string().optional(),
  }),
  z.object({ ...due, kind: z.literal('handset_left'), number: z.string() }),
  z.object({ ...due, kind: z.literal('deregistered'), number: z.string() }),
  z.object({ ...due, kind: z.literal('tokens_revoked'), waba: z.string() }),
]);

export const deliverySchema = z.object({
  id: z.string(),
  field: z.string(),
  waba: z.string(),
  number: z.string().optional(),
  /** The exact text that is signed and sent. */
  body: z.string(),
  created_at_ms: z.number(),
  next_at_ms: z.number(),
  /** Waits to be overtaken by another. */
  is_held: z.boolean().optional(),
  state: z.enum(['waiting', 'delivered', 'lost', 'given_up']),
  attempts: z.array(
    z.object({ at_ms: z.number(), http: z.number().optional(), error: z.string().optional() }),
  ),
});

export const ledgerRowSchema = z.object({
  at_ms: z.number(),
  method: z.string(),
  /** Without the query, which may carry secrets. */
  path: z.string(),
  number: z.string().optional(),
  waba: z.string().optional(),
  pinSha256: z.string().optional(),
  /** Did this request change the world as it asked? */
  effectApplied: z.boolean(),
  /** Was the whole answer written to an open connection? */
  answerDelivered: z.boolean(),
  http: z.number().optional(),
  code: z.number().optional(),
  subcode: z.number().optional(),
  fault: z.string().optional(),
  /** How many calls it counts as against the hourly limit: of its account, or of the app where there is none. */
  counted: z.number().optional(),
  /** Requests to register in flight for this number when this one came, itself included. */
  concurrent: z.number().optional(),
});

export const clockSchema = z.object({
  mode: z.enum(['real', 'frozen', 'scaled']),
  factor: z.number().positive(),
  /** The virtual instant at the anchor. */
  at_ms: z.number(),
  /** The system's instant at the anchor. */
  anchor_ms: z.number(),
});

/** Everything Meta's side remembers; one JSON value. */
export const worldSchema = z.object({
  seed: z.string(),
  drawn: z.record(z.string(), z.number()),
  /** Given to numbers that name none. */
  scenario: z.string(),
  clock: clockSchema,
  app: appSchema,
  switches: switchesSchema,
  wabas: z.record(z.string(), wabaSchema),
  numbers: z.record(z.string(), phoneNumberSchema),
  preverified: z.record(z.string(), preverifiedSchema),
  /** What reads show of a number while an effect is late. */
  late: z.record(z.string(), z.object({ until_ms: z.number(), seen: phoneNumberSchema })),
  tokens: z.record(z.string(), tokenSchema),
  codes: z.record(z.string(), signupCodeSchema),
  onprem: z.record(z.string(), onpremSessionSchema),
  scheduled: z.record(z.string(), scheduledSchema),
  /** Webhooks still to be delivered, and those that are over. */
  outbox: z.record(z.string(), deliverySchema),
  sent: z.record(z.string(), deliverySchema),
  faults: z.array(armedFaultSchema),
  ledger: z.array(ledgerRowSchema),
});

/** The parts that grow: their entries are kept one by one. The ledger's keys are positions. */
export const COLLECTIONS: ReadonlySet<string> = new Set(
  'wabas numbers preverified late tokens codes onprem scheduled outbox sent ledger'.split(' '),
);

export type World = z.infer<typeof worldSchema>;
export type App = z.infer<typeof appSchema>;
export type Waba = z.infer<typeof wabaSchema>;
export type Preverified = z.infer<typeof preverifiedSchema>;
export type OnpremSession = z.infer<typeof onpremSessionSchema>;
export type Token = z.infer<typeof tokenSchema>;
export type Scheduled = z.infer<typeof scheduledSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type LedgerRow = z.infer<typeof ledgerRowSchema>;
export type ClockState = z.infer<typeof clockSchema>;

/** The emulator's one mutable thing. `world` is replaced as a whole by a reset. */
export interface Fake {
  world: World;
}

export const DEFAULT_APP: App = {
  id: '670843887433847',
  secret: 'fake-app-secret',
  name: 'Fake Graph App',
  verify_token: 'fake-verify-token',
  business_id: '506914307656634',
};

export type NewWorld = Pick<World, 'seed' | 'scenario' | 'clock' | 'app' | 'switches'>;

export function newWorld(given: NewWorld): World {
  return {
    ...given,
    // Orders change it, and it may be the default that other emulators of this process start from.
    app: { ...given.app },
    drawn: {},
    wabas: {},
    numbers: {},
    preverified: {},
    late: {},
    tokens: {},
    codes: {},
    onprem: {},
    scheduled: {},
    outbox: {},
    sent: {},
    faults: [],
    ledger: [],
  };
}
