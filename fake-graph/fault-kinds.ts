import { z } from 'zod';

const matchSchema = z.strictObject({
  method: z.string().optional(),
  /** Part of the path, or the source of a regular expression. For a webhook: of its field. */
  path: z.string().refine(isExpression, 'not a regular expression').optional(),
  /** Phone number id. */
  number: z.string().optional(),
  /** Only the nth matching request, counted from 1. */
  nth: z.number().int().positive().optional(),
  /** How many matching requests; one unless said otherwise. */
  times: z.union([z.number().int().positive(), z.literal('always')]).optional(),
});

const base = { match: matchSchema.default({}) };
/** Whether the request still takes effect; the default of each kind stands in faults.ts. */
const effect = { effect: z.enum(['applied', 'skipped']).optional() };
const http = { http: z.number().int().min(200).max(599).optional() };

const errorFault = z.strictObject({
  ...base,
  ...effect,
  ...http,
  kind: z.literal('error'),
  code: z.number().int(),
  subcode: z.number().int().optional(),
  title: z.string().optional(),
  details: z.string().optional(),
  is_transient: z.boolean().optional(),
  error_user_title: z.string().optional(),
  error_user_msg: z.string().optional(),
});

const bodyFault = z.strictObject({
  ...base,
  ...effect,
  ...http,
  kind: z.enum(['html', 'empty', 'truncated', 'success_false', 'success_with_error']),
});

const fieldFault = z.strictObject({
  ...base,
  kind: z.enum(['omit_field', 'new_enum']),
  field: z.string(),
  value: z.string().default('FROM_THE_FUTURE'),
});

/** What can go wrong on demand. */
export const faultSchema = z.discriminatedUnion('kind', [
  errorFault,
  bodyFault,
  fieldFault,
  z.strictObject({
    ...base,
    kind: z.enum([
      'drop_before',
      'drop_after',
      'http_500_after',
      'revoke_token',
      'extra_keys',
      'wh_lose',
      'wh_duplicate',
      'wh_bad_signature',
    ]),
  }),
  z.strictObject({ ...base, kind: z.literal('effect_late'), minutes: z.number().positive() }),
  z.strictObject({
    ...base,
    kind: z.literal('hang'),
    when: z.enum(['before', 'after']).default('before'),
    /** Real milliseconds without a header. */
    ms: z.number().nonnegative().default(60_000),
  }),
  z.strictObject({
    ...base,
    ...effect,
    kind: z.literal('drip'),
    /** Real milliseconds between two bytes. */
    interval_ms: z.number().positive().default(1000),
  }),
  z.strictObject({
    ...base,
    ...effect,
    kind: z.literal('huge'),
    bytes: z.number().int().positive().default(10_000_000),
  }),
  z.strictObject({
    ...base,
    ...effect,
    kind: z.literal('redirect'),
    location: z.string().default('http://127.0.0.1:9/elsewhere'),
  }),
  z.strictObject({
    ...base,
    kind: z.literal('throttle'),
    code: z.number().int().default(80007),
    /** As Meta's header would carry it; left out when missing. */
    minutes: z.union([z.number(), z.string()]).optional(),
  }),
  z.strictObject({ ...base, kind: z.literal('wh_delay'), minutes: z.number().positive() }),
]);

export type Fault = z.infer<typeof faultSchema>;

export const armedFaultSchema = z.object({
  id: z.string(),
  /** How many requests matched so far. */
  seen: z.number(),
  fault: faultSchema,
});

export type ArmedFault = z.infer<typeof armedFaultSchema>;

function isExpression(source: string): boolean {
  try {
    return new RegExp(source).source !== '';
  } catch {
    return false;
  }
}
