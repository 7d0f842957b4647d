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

/** At random, and the same again with the same seed: each matching request is struck with this probability. */
const chance = {
  probability: z.number().min(0).max(1).optional(),
  seed: z.union([z.string(), z.number()]).transform(String).optional(),
};

/** What random faults are drawn from: the losses and broken answers that need no further word. */
const PLAIN_KINDS = [
  'drop_before',
  'drop_after',
  'http_500_after',
  'html',
  'empty',
  'truncated',
  'success_false',
  'success_with_error',
  'throttle',
] as const;

const base = { ...chance, match: matchSchema.default({}) };
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
const kindSchema = z.discriminatedUnion('kind', [
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
      'wh_reorder',
      'wh_unescaped',
      'wh_unknown_field',
      'wh_string_time',
      'paging_empty',
      'paging_loop',
      'other_partner_deregister',
      'override_wiped',
    ]),
  }),
  z.strictObject({
    ...base,
    kind: z.literal('paging_short'),
    /** On a page, however many were asked for. */
    items: z.number().int().positive().default(1),
  }),
  z.strictObject({
    ...base,
    kind: z.literal('number_on_last_page'),
    /** Phone number id; without it the one that would come first. */
    number: z.string().optional(),
  }),
  z.strictObject({ ...base, kind: z.literal('stale_read'), minutes: z.number().positive() }),
  z.strictObject({
    ...base,
    kind: z.literal('other_partner_register'),
    /** Requests of the other partner that count against the limit. */
    requests: z.number().int().positive().default(1),
    /** The PIN of one who succeeds. */
    pin: z
      .string()
      .regex(/^[0-9]{6}$/)
      .optional(),
  }),
  z.strictObject({
    ...base,
    kind: z.literal('random'),
    kinds: z
      .array(z.enum(PLAIN_KINDS))
      .nonempty()
      .default([...PLAIN_KINDS]),
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
    kind: z.literal('gzip_bomb'),
    /** Unpacked. */
    bytes: z.number().int().positive().default(50_000_000),
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
    /** Instead of a refusal: so many calls more count against the account's real limit. */
    calls: z.number().int().positive().optional(),
  }),
  z.strictObject({ ...base, kind: z.literal('wh_delay'), minutes: z.number().positive() }),
]);

/** A fault without a kind, but with a probability, is one at random. */
export const faultSchema = z.preprocess(
  (given) =>
    typeof given === 'object' && given !== null && 'probability' in given && !('kind' in given)
      ? { ...given, kind: 'random' }
      : given,
  kindSchema,
);

export type Fault = z.infer<typeof kindSchema>;

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
