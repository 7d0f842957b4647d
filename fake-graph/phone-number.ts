import { z } from 'zod';

const certificateSchema = z.object({ value: z.string(), issued_at_ms: z.number() });

export const reviewSchema = z.strictObject({
  decision: z.enum(['APPROVED', 'REJECTED', 'DEFERRED', 'PENDING']),
  /** Virtual time from the start of the review to its end. */
  after_ms: z.number().nonnegative(),
  reason: z.string().optional(),
});

export type Review = z.infer<typeof reviewSchema>;

/** What Meta knows of one number. The names are those of Graph and of the control API; what Graph derives, fields.ts derives. */
export const phoneNumberSchema = z.object({
  id: z.string(),
  waba_id: z.string(),
  /** Order of creation: settles the order of two numbers onboarded in the same millisecond. */
  seq: z.number(),
  added_at_ms: z.number(),
  last_onboarded_at_ms: z.number().optional(),
  cc: z.string(),
  /** With the country code, without `+`. */
  digits: z.string(),
  account_mode: z.enum(['LIVE', 'SANDBOX']),
  quality_rating: z.string(),
  /** Scripted; wins over the derived status. */
  status: z.string().optional(),
  gone: z.boolean(),
  /** Where its messages go instead of where its account's go. */
  override_callback_uri: z.string().optional(),

  verified_name: z.string(),
  name_status: z.string(),
  new_display_name: z.string().optional(),
  new_name_status: z.string().optional(),
  new_name_approved_at_ms: z.number().optional(),
  name_changes: z.array(z.number()),
  /** How reviews end; without a script they wait for the control API. */
  review: reviewSchema.optional(),
  rename_review: reviewSchema.optional(),
  issues_certificate: z.boolean(),
  certificate: certificateSchema.optional(),
  new_certificate: certificateSchema.optional(),

  otp_verified_at_ms: z.number().optional(),
  pending_code: z.string().optional(),
  wrong_codes: z.number(),
  codes_locked_until_ms: z.number().optional(),

  pin: z.string().optional(),
  wrong_pins: z.array(z.number()),
  pin_locked_until_ms: z.number().optional(),

  registered_at_ms: z.number().optional(),
  ever_registered: z.boolean(),
  deregistered: z.boolean(),
  region: z.string().optional(),
  /** Registered on the customer's own client. */
  on_premise: z.boolean(),
  register_attempts: z.array(z.number()),
  register_locked_until_ms: z.number().optional(),
  deregister_attempts: z.array(z.number()),
  deregister_locked_until_ms: z.number().optional(),

  is_on_biz_app: z.boolean(),
  preverified: z.boolean(),
  on_handset: z.boolean(),
  name_ready_at_ms: z.number().optional(),
  ownership_again: z.boolean(),
  old_two_step: z.boolean(),
  half_deregistered: z.boolean(),
  deleted_at_ms: z.number().optional(),
});

export type PhoneNumber = z.infer<typeof phoneNumberSchema>;

export type NewNumber = Pick<
  PhoneNumber,
  'id' | 'waba_id' | 'seq' | 'added_at_ms' | 'cc' | 'digits' | 'verified_name'
>;

/** A number as it is when somebody has just added it: no proof of ownership, no registration, name under review. */
export function newNumber(given: NewNumber): PhoneNumber {
  return {
    ...given,
    account_mode: 'LIVE',
    quality_rating: 'UNKNOWN',
    gone: false,
    name_status: 'PENDING_REVIEW',
    name_changes: [],
    issues_certificate: true,
    wrong_codes: 0,
    wrong_pins: [],
    ever_registered: false,
    deregistered: false,
    on_premise: false,
    register_attempts: [],
    deregister_attempts: [],
    is_on_biz_app: false,
    preverified: false,
    on_handset: false,
    ownership_again: false,
    old_two_step: false,
    half_deregistered: false,
  };
}
