// What routes answer with, for the reference and for the test that compares. Answers themselves are made elsewhere.
import { z } from 'zod';

const id = z.string().regex(/^[0-9]{1,20}$/);
const wabaId = id.meta({ examples: ['102290129340398'] });
const at = z.iso.datetime();
const word = z.string();
const maybe = word.optional();
const said = (example: string) => z.string().meta({ examples: [example] });
const statusUrl = said('/v1/numbers/106540352242922');

const numberSummary = {
  phone_number_id: id,
  waba_id: wabaId,
  display_phone_number: said('+1 631-555-5555'),
  verified_name: said('Lucky Shrub').optional(),
  stage: said('registering'),
  waiting_for: said('operator'),
  cause: said('number_in_use')
    .optional()
    .meta({ description: 'One of the causes that the reference lists.' }),
  advice: maybe,
  outcome: maybe,
  deadline_at: at.optional().meta({ description: 'Absent for a number without a signup.' }),
  seconds_left: z.int().min(0).optional().meta({
    description: 'Until the number must be registered; absent once it is.',
  }),
  updated_at: at,
};

const summary = z
  .strictObject({ ...numberSummary, status_url: statusUrl })
  .meta({ id: 'NumberSummary', description: 'A number in the fleet.' });

const group = z.array(z.strictObject({ value: word, count: z.int() }));
const paging = z.strictObject({ after: maybe });

export const fleetPage = z
  .strictObject({
    numbers: z.array(summary),
    counts: z
      .strictObject({
        total: z.int(),
        ...{ stage: group, waiting_for: group, cause: group, waba_id: group, outcome: group },
        days_left: group,
      })
      .optional()
      .meta({ description: 'With the first page.' }),
    paging,
  })
  .meta({ id: 'Fleet' });

const event = z
  .strictObject({ id: z.int(), phone_number_id: id, at, kind: word, text: word, actor: word })
  .meta({ id: 'Event', description: 'What happened to a number, and who did it.' });

export const eventsPage = z.strictObject({ events: z.array(event), paging }).meta({ id: 'Events' });

export const auditPage = z
  .strictObject({
    audit: z.array(
      z.strictObject({
        ...{ at, request_id: z.uuid(), actor: word, role: word, action: word },
        ...{ subject: maybe, result: maybe },
      }),
    ),
    paging,
  })
  .meta({ id: 'Audit' });

const progress = {
  paused_by: maybe,
  waiting_until: at.optional(),
  refusal: z
    .strictObject({
      cause: word,
      advice: maybe,
      code: z.int().optional(),
      subcode: z.int().optional(),
      trace_id: maybe,
    })
    .optional(),
  tracks: z
    .strictObject({
      ...{ ownership: said('VERIFIED'), registration: said('not-registered') },
      ...{ name: said('PENDING_REVIEW'), certificate: said('none') },
    })
    .optional(),
  certificate_sha256: maybe,
  usable: z.boolean().optional().meta({ description: 'Meta lets the number send.' }),
};

export const numberDetails = z
  .strictObject({
    ...numberSummary,
    ...progress,
    name_decision: z
      .strictObject({ decision: word, reason: maybe, meaning: maybe, told_at: at })
      .optional(),
    attempts_left: z.strictObject({ automatic: z.int(), operator: z.int() }),
    attempts: z.array(
      z.strictObject({
        ...{ at, n: z.int(), kind: word, state: word },
        ...{ code: z.int().optional(), cause: maybe },
      }),
    ),
    events: z.array(z.strictObject({ at, kind: word, text: word, actor: word })),
    temporal_url: maybe,
    status_url: statusUrl,
  })
  .meta({ id: 'Number', description: 'A number with everything known of it.' });

/** What an onboarding says after an order. */
export const orderTaken = z
  .strictObject({ phone_number_id: id, waiting_for: word, ...progress })
  .meta({ id: 'OrderTaken' });

export const certificate = z.strictObject({ phone_number_id: id, certificate: z.base64() });

export const signupTaken = z
  .strictObject({ phone_number_id: id, status_url: statusUrl })
  .meta({ id: 'SignupTaken' });

/** Whatever fields of Meta's were asked for, under Meta's names. */
const metaNumber = z
  .looseObject({ id })
  .meta({ id: 'MetaNumber', description: "A number under Meta's own field names." });

export const numberAtMeta = metaNumber;
export const numbersAtMeta = z.strictObject({
  waba_id: wabaId,
  phone_numbers: z.array(metaNumber),
  paging,
});
export const numberAdded = z.strictObject({ phone_number_id: id, is_onboarding: z.boolean() });
const adoptableNumber = z.strictObject({
  phone_number_id: id,
  display_phone_number: word,
  verified_name: maybe,
  code_verification_status: word,
  registration: word,
});
export const adoptable = z.strictObject({ waba_id: wabaId, adoptable: z.array(adoptableNumber) });
export const adopted = z.strictObject({
  waba_id: wabaId,
  adopted: z.array(id),
  left: z.array(z.strictObject({ phone_number_id: id, reason: word })),
});
export const accountSignupTaken = adopted
  .extend({
    next_step: maybe.meta({ description: 'Where no number is taken up: what brings one in.' }),
  })
  .meta({ id: 'AccountSignupTaken' });
export const numberOnly = z.strictObject({ phone_number_id: id });

export const account = z
  .strictObject({
    waba_id: wabaId,
    name: maybe,
    account_review_status: maybe,
    business_verification_status: maybe,
    token: z.strictObject({
      ...{ is_valid: z.boolean(), app_id: id, scopes: z.array(word) },
      ...{ expires_at: at.optional(), data_access_expires_at: at.optional() },
      warning: maybe.meta({ description: 'From 30 days before its end.' }),
    }),
    subscribed_apps: z.array(
      z.strictObject({
        ...{ app_id: id, name: maybe, is_ours: z.boolean(), override_callback_url: maybe },
      }),
    ),
  })
  .meta({ id: 'Account' });
export const subscription = z.strictObject({ waba_id: wabaId, is_subscribed: z.boolean() });

export const registration = z
  .strictObject({
    phone_number_id: id,
    registration: z.enum(['registered', 'not-registered', 'unclear', 'banned', 'gone']),
    is_sent: z.boolean(),
    attempts_left: z.int().optional(),
  })
  .meta({ id: 'Registration' });
export const onPremisesRegistration = z.strictObject({
  phone_number_id: id,
  registration: z.enum(['registered', 'code-sent']),
});

export const preverified = z
  .strictObject({
    preverified_id: id,
    phone_number: maybe,
    code_verification_status: maybe,
    verified_at: at.optional(),
    verification_expires_at: at.optional(),
    days_left: z.int().optional(),
    waits_for: z.enum(['code', 'customer', 'code-or-customer']),
    notice: z.strictObject({ at, text: z.string() }).optional(),
  })
  .meta({ id: 'PreverifiedNumber' });
export const preverifiedList = z.strictObject({ preverified_numbers: z.array(preverified) });
export const preverifiedOnly = z.strictObject({ preverified_id: id });

export const hooksTaken = z.strictObject({ kept: z.int(), ignored: z.int() });
const upOrDown = z.enum(['ok', 'unavailable']);
export const health = z.strictObject({ status: z.literal('ok') });
export const readiness = z.strictObject({ status: upOrDown, store: upOrDown, temporal: upOrDown });
