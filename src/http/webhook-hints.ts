import { createHash } from 'node:crypto';
import { z } from 'zod';
import { IDLE_EVENTS } from '../domain/account-events.ts';
import { digitsOf, isWabaId } from '../domain/phone-number.ts';
import type { NewHint } from '../store/hints.ts';
import { HttpError } from './errors.ts';

const NAME_FIELD = 'phone_number_name_update';
const REVIEW_FIELD = 'account_review_update';
/** Unix seconds; one of Meta's pages shows them as text. */
const timeSchema = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^[0-9]{1,12}$/)
    .transform(Number),
]);
const OUR_OBJECT = 'whatsapp_business_account';

/** Fields that say something about one number, by its digits, or about a whole account. All others are ignored. */
const FIELDS: Readonly<Record<string, 'number' | 'account'>> = {
  phone_number_name_update: 'number',
  phone_number_quality_update: 'number',
  security: 'number',
  account_update: 'account',
  account_review_update: 'account',
  business_capability_update: 'account',
};

/** `parseJson` hands an id beyond 2^53 over as text. */
const id = z.union([z.string(), z.number().transform(String)]);
/** A word of Meta's, known or not. */
const word = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/);
const change = z.object({ field: z.string(), value: z.unknown() });
const entry = z.object({ id, time: z.unknown(), changes: z.array(change) });
const envelope = z.object({ object: z.string(), entry: z.array(z.unknown()) });

const restriction = z.object({ restriction_type: z.string(), expiration: timeSchema });

/** What we look at in a value, if it is there in a known form; the number's own read decides everything else. */
const valueSchema = z
  .object({
    display_phone_number: id.optional().catch(undefined),
    waba_info: z.object({ waba_id: id }).optional().catch(undefined),
    decision: word.optional().catch(undefined),
    rejection_reason: word.optional().catch(undefined),
    event: word.optional().catch(undefined),
    ban_info: z.object({ waba_ban_state: word }).optional().catch(undefined),
    restriction_info: z.array(restriction.optional().catch(undefined)).optional().catch(undefined),
  })
  .catch({});

type Value = z.output<typeof valueSchema>;

export interface WebhookHints {
  readonly hints: readonly NewHint[];
  /** Changes that are none of our business. */
  readonly ignored: number;
  /** Changes of a known field in an unknown form. */
  readonly odd: number;
}

/** @throws HttpError invalid_payload, before any of it has an effect */
export function hintsOf(payload: unknown): WebhookHints {
  const { object, entry: entries } = orRefuse(envelope.safeParse(payload));
  if (object !== OUR_OBJECT) return { hints: [], ignored: entries.length, odd: 0 };
  const changes = entries.flatMap((each) => changesOf(orRefuse(entry.safeParse(each))));
  const known = changes.filter(isKnown);
  const hints = known.map(hintOf).filter((hint) => hint !== undefined);
  const lost = known.length - hints.length;
  const unclear = hints.filter(
    ({ field, digits }) => FIELDS[field] === 'number' && digits === undefined,
  );
  return { hints, ignored: changes.length - known.length, odd: lost + unclear.length };
}

interface Change {
  readonly entryId: string;
  readonly time: unknown;
  readonly field: string;
  readonly value: unknown;
}

function changesOf({ id: entryId, time, changes }: z.output<typeof entry>): readonly Change[] {
  return changes.map(({ field, value }) => ({ entryId, time, field, value }));
}

function isKnown({ field, value }: Change): boolean {
  return Object.hasOwn(FIELDS, field) && !IDLE_EVENTS.has(valueSchema.parse(value).event ?? '');
}

/** A change of a number without digits wakes the whole account: one more read harms nobody. */
function hintOf({ entryId, time, field, value }: Change): NewHint | undefined {
  const parsed = valueSchema.parse(value);
  const { waba_info, display_phone_number } = parsed;
  // For some events the entry is a business portfolio; the account is then in the value.
  const wabaId = waba_info?.waba_id ?? entryId;
  if (!isWabaId(wabaId)) return undefined;
  const digits = digitsOf(display_phone_number ?? '');
  const digest = createHash('sha256').update(JSON.stringify([entryId, field, value, time]));
  const hint = {
    ...{ digest: digest.digest('hex'), wabaId, field },
    ...eventIn(field, parsed),
    ...toldAtIn(time),
  };
  if (digits === '') return hint;
  return { ...hint, digits, ...(field === NAME_FIELD && decisionIn({ time, value: parsed })) };
}

/** The name itself is not kept: it is the customer's, and no read needs it. */
function decisionIn({
  time,
  value: { decision, rejection_reason: reason },
}: {
  readonly time: unknown;
  readonly value: Value;
}): Pick<NewHint, 'nameDecision'> {
  if (decision === undefined) return {};
  return {
    nameDecision: {
      decision,
      ...(decision === 'REJECTED' && reason !== undefined && { reason }),
      ...toldAtIn(time),
    },
  };
}

function toldAtIn(time: unknown): Pick<NewHint, 'toldAtMs'> {
  const seconds = timeSchema.safeParse(time).data;
  return seconds === undefined ? {} : { toldAtMs: seconds * 1000 };
}

/** When a restriction ends is in no read, so it is kept. */
function eventIn(field: string, value: Value): Pick<NewHint, 'event' | 'untilMs'> {
  const { decision, event: named, ban_info: ban, restriction_info: restrictions = [] } = value;
  const event = field === REVIEW_FIELD ? decision : (ban?.waba_ban_state ?? named);
  const ends = restrictions
    .filter((each) => each?.restriction_type === 'RESTRICTED_ADD_PHONE_NUMBER_ACTION')
    .map((each) => (each?.expiration ?? 0) * 1000);
  return {
    ...(event !== undefined && { event }),
    ...(ends.length > 0 && { untilMs: Math.max(...ends) }),
  };
}

function orRefuse<Output>(parsed: z.ZodSafeParseResult<Output>): Output {
  if (parsed.success) return parsed.data;
  throw new HttpError('invalid_payload');
}
