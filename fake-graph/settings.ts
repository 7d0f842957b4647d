import { z } from 'zod';

import { issueCertificate, startReview } from './naming.ts';
import { DAY_MS } from './meta-clocks.ts';
import { relist } from './roster.ts';
import { schedule } from './schedule.ts';
import { switchesSchema } from './switches.ts';
import type { PhoneNumber, Review } from './phone-number.ts';
import type { World } from './world.ts';

/** An instant of the control API: ISO 8601 or milliseconds. */
export const instantSchema = z.union([
  z.number(),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);

const reviewPart = z.strictObject({
  decision: z
    .enum(['APPROVED', 'REJECTED', 'DECLINED', 'DEFERRED', 'PENDING'])
    .transform((word) => (word === 'DECLINED' ? 'REJECTED' : word))
    .optional(),
  after_ms: z.number().nonnegative().optional(),
  reason: z.string().optional(),
});

const pinSchema = z.string().regex(/^[0-9]{6}$/);

/** What a script or a tester may say about a number. `null` takes a value away. */
export const settingsSchema = z
  .strictObject({
    verified_name: z.string(),
    name_status: z.string(),
    new_display_name: z.string().nullable(),
    new_name_status: z.string().nullable(),
    account_mode: z.enum(['LIVE', 'SANDBOX']),
    quality_rating: z.string(),
    status: z.string().nullable(),
    gone: z.boolean(),
    issues_certificate: z.boolean(),
    pin: pinSchema.nullable(),
    is_on_biz_app: z.boolean(),
    on_premise: z.boolean(),
    preverified: z.boolean(),
    on_handset: z.boolean(),
    ownership_again: z.boolean(),
    old_two_step: z.boolean(),
    half_deregistered: z.boolean(),
    register_attempts: z.array(z.number()),
    last_onboarded_time: instantSchema.nullable(),
    otp_verified_at: instantSchema.nullable(),
    name_ready_at: instantSchema.nullable(),
    deleted_at: instantSchema.nullable(),
    registered_at: instantSchema.nullable(),
    register_locked_until: instantSchema.nullable(),
    new_name_approved_at: instantSchema.nullable(),
    certificate_issued_at: instantSchema,
    review: reviewPart.nullable(),
    rename_review: reviewPart.nullable(),
    /** The number leaves its handset by itself. */
    freed_after_ms: z.number().nonnegative(),
    /** The customer takes back the access of every token issued by then. */
    tokens_revoked_after_ms: z.number().nonnegative(),
    /** Another partner takes the number off. */
    deregistered_after_ms: z.number().nonnegative(),
    /** True of its account. */
    waba_ban_state: z.enum(['DISABLE', 'REINSTATE', 'SCHEDULE_FOR_DISABLE']),
    waba_max_phone_numbers: z.number().int().nonnegative(),
    /** The switch of that name, which holds for the whole world. */
    onprem: switchesSchema.shape.onprem.unwrap(),
  })
  .partial();

/** Settings that are not simply true of the number from now on. */
const BEYOND_FACTS = [
  'review',
  'rename_review',
  'freed_after_ms',
  'tokens_revoked_after_ms',
  'deregistered_after_ms',
  'certificate_issued_at',
  'waba_ban_state',
  'waba_max_phone_numbers',
  'onprem',
] as const;

export type Settings = z.input<typeof settingsSchema>;
export type ParsedSettings = z.output<typeof settingsSchema>;

/** Makes the settings true of the number from now on, and plans what they announce. */
export function applySettings(
  world: World,
  number: PhoneNumber,
  { given, nowMs }: { given: ParsedSettings; nowMs: number },
): void {
  const { review, rename_review } = given;
  if (given.registered_at === null && number.registered_at_ms !== undefined)
    number.deregistered = true;
  assignFacts(number, factsIn(given));
  relist(world, number.waba_id);
  if (number.registered_at_ms !== undefined) number.ever_registered = true;
  if (given.name_status !== undefined && given.name_status !== 'PENDING_REVIEW')
    issueForUsableName(world, number, given.certificate_issued_at ?? nowMs);

  if (rename_review !== undefined)
    number.rename_review = mergedReview(number.rename_review, rename_review);
  if (review !== undefined) {
    number.review = mergedReview(number.review, review);
    startReview(world, number, { script: number.review, nowMs });
  }
  planAhead(world, number, { given, nowMs });
  applyAround(world, number, given);
}

/** What happens by itself, later. */
function planAhead(
  world: World,
  { id, waba_id }: PhoneNumber,
  { given, nowMs }: { given: ParsedSettings; nowMs: number },
): void {
  const at = (spanMs: number): { at_ms: number; number: string } => ({
    at_ms: nowMs + spanMs,
    number: id,
  });
  const { freed_after_ms, deregistered_after_ms, tokens_revoked_after_ms: revokedMs } = given;
  if (freed_after_ms !== undefined)
    schedule(world, { kind: 'handset_left', ...at(freed_after_ms) });
  if (deregistered_after_ms !== undefined)
    schedule(world, { kind: 'deregistered', ...at(deregistered_after_ms) });
  if (revokedMs !== undefined)
    schedule(world, { kind: 'tokens_revoked', at_ms: nowMs + revokedMs, waba: waba_id });
}

/** What a script says about more than the number. */
function applyAround(world: World, { waba_id }: PhoneNumber, given: ParsedSettings): void {
  const waba = world.wabas[waba_id];
  if (given.onprem !== undefined) world.switches.onprem = given.onprem;
  if (waba === undefined) return;
  if (given.waba_ban_state !== undefined) waba.ban_state = given.waba_ban_state;
  if (given.waba_max_phone_numbers !== undefined)
    waba.max_phone_numbers = given.waba_max_phone_numbers;
}

type Facts = ReturnType<typeof factsIn>;

function factsIn(given: ParsedSettings): Omit<ParsedSettings, (typeof BEYOND_FACTS)[number]> {
  const facts = { ...given };
  for (const name of BEYOND_FACTS) Reflect.deleteProperty(facts, name);
  return facts;
}

function assignFacts(number: PhoneNumber, facts: Facts): void {
  const {
    last_onboarded_time,
    otp_verified_at,
    name_ready_at,
    deleted_at,
    registered_at,
    register_locked_until,
    new_name_approved_at,
    ...same
  } = facts;
  const renamed = {
    ...same,
    last_onboarded_at_ms: last_onboarded_time,
    otp_verified_at_ms: otp_verified_at,
    name_ready_at_ms: name_ready_at,
    deleted_at_ms: deleted_at,
    registered_at_ms: registered_at,
    register_locked_until_ms: register_locked_until,
    new_name_approved_at_ms: new_name_approved_at,
  };
  for (const [name, value] of Object.entries(renamed))
    if (value !== undefined) Object.assign(number, { [name]: value ?? undefined });
}

function issueForUsableName(world: World, number: PhoneNumber, nowMs: number): void {
  if (number.name_status === 'APPROVED' || number.name_status === 'AVAILABLE_WITHOUT_REVIEW')
    issueCertificate(world, number, nowMs);
}

function mergedReview(
  known: Review | undefined,
  part: z.output<typeof reviewPart> | null,
): Review | undefined {
  if (part === null) return undefined;
  return {
    decision: part.decision ?? known?.decision ?? 'APPROVED',
    after_ms: part.after_ms ?? known?.after_ms ?? DAY_MS,
    reason: part.reason ?? known?.reason,
  };
}
