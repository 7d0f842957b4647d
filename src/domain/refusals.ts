import type { Cause } from './causes.ts';

/** A refusal in Meta's error envelope, as far as decisions need it. `userMessage` is `error_user_msg`, in English. */
export interface RefusalAnswer {
  readonly code: number;
  readonly subcode?: number;
  readonly message?: string;
  readonly userMessage?: string;
  readonly details?: string;
}

/** Which call was refused. Meta reuses numbers, so some rows count for one call only. */
export type RefusedCall =
  'register' | 'deregister' | 'name' | 'code' | 'exchange' | 'add-number' | 'on-premises';

/** One row: what must be seen for its cause. A field that is absent may be anything; the first row that fits counts. */
export interface RefusalRow {
  readonly code: number | { readonly from: number; readonly to: number };
  readonly subcode?: number;
  readonly call?: RefusedCall;
  /** Found in any of Meta's texts, which are in English as we ask for it; one Spanish form was seen as well. */
  readonly says?: RegExp;
  readonly cause: Cause;
}

const of = (cause: Cause, ...codes: readonly number[]): readonly RefusalRow[] =>
  codes.map((code) => ({ code, cause }));

/** "Cannot Create Certificate" has four causes behind one subcode; only the text tells them apart, in this order. */
const certificate = (cause: Cause, says?: RegExp): RefusalRow => ({
  ...{ code: 100, subcode: 2388001, cause },
  ...(says === undefined ? {} : { says }),
});

/** Source: Meta, "Error codes" of the WhatsApp Business Platform, and the pages of the calls. */
export const REFUSALS: readonly RefusalRow[] = [
  // 1005 is any denied access there, a wrong login too.
  { code: 1005, call: 'on-premises', says: /on_prem_reg_blocked/, cause: 'onprem_retired' },
  ...of('throttled', 4, 17, 32, 341, 613, 80007, 80008, 130429, 131056),
  ...of('token_invalid', 0, 102, 190),
  ...of('permission_lost', 3, 10, 131005),
  { code: 200000, cause: 'number_cap' },
  { code: 300, cause: 'number_cap' },
  { code: { from: 200, to: 299 }, cause: 'permission_lost' },
  ...of('app_setup', 104),
  ...of('number_gone', 33),
  certificate('old_two_step', /two-step|two step|two-factor|dos pasos/i),
  certificate('ownership_not_confirmed', /ownership/i),
  certificate('number_in_use', /existing whatsapp account|disconnect it/i),
  certificate('name_not_ready', /display name/i),
  certificate('certificate_unclear'),
  { code: 100, subcode: 33, cause: 'permission_lost' },
  { code: 100, subcode: 2207051, call: 'deregister', cause: 'not_registered' },
  { code: 100, subcode: 36007, call: 'exchange', cause: 'signup_code_spent' },
  { code: 100, subcode: 36009, call: 'exchange', cause: 'signup_code_spent' },
  { code: 100, call: 'name', says: /\b30 days\b/i, cause: 'rename_limit' },
  { code: 100, says: /SMB business/i, cause: 'coexistence' },
  { code: 100, says: /before override/i, cause: 'override_too_early' },
  ...of('bad_request', 100, 131008, 131009, 135000),
  ...of('meta_down', 1, 2, 131000, 131016, 133004),
  ...of('maintenance', 131057, 2494100),
  ...of('account_locked', 368),
  { code: 131031, says: /\bpin\b/i, cause: 'pin_mismatch' },
  ...of('account_locked', 131031),
  ...of('name_555', 131037),
  ...of('payment_problem', 131042),
  ...of('not_registered', 131045, 133010),
  ...of('half_deregistered', 133000),
  ...of('pin_mismatch', 133005),
  ...of('not_verified', 133006),
  ...of('pin_locked', 133008, 133009),
  ...of('recently_deleted', 133015),
  ...of('attempts_locked', 133016),
  ...of('code_not_sent', 136024),
  ...of('code_wrong', 136025),
  { code: 2388091, call: 'code', cause: 'code_not_sent' },
  { code: 2388093, call: 'code', cause: 'code_not_sent' },
  ...of('migration_needed', 2388012, 2388103),
  ...of('number_cap', 2388386),
];

/** Why Meta refused. A code the table does not know becomes `unknown_refusal`, which asks a person and loses nothing. */
export function causeOf(answer: RefusalAnswer, call?: RefusedCall): Cause {
  const row = REFUSALS.find((candidate) => fits(candidate, answer, call));
  return row?.cause ?? 'unknown_refusal';
}

const UNITS_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;
/** Guessed too fast, and not told for how long. */
const TOO_FAST_MS = UNITS_MS.hour;

/**
 * How long a number stays locked after wrong PINs: Meta writes it into a sentence. Undefined for every other refusal, and where
 * there is no such sentence. Source: Meta, "Error codes", 133008 and 133009: wait the time in the details.
 */
export function lockMsIn({ code, details = '' }: RefusalAnswer): number | undefined {
  if (code !== 133008 && code !== 133009) return undefined;
  const said = /(?<amount>[0-9]{1,6}) *(?<unit>second|minute|hour)/i.exec(details)?.groups;
  const unitMs = Object.entries(UNITS_MS).find(([unit]) => unit === said?.['unit']?.toLowerCase());
  if (unitMs !== undefined) return Number(said?.['amount']) * unitMs[1];
  return code === 133009 ? TOO_FAST_MS : undefined;
}

function fits(row: RefusalRow, answer: RefusalAnswer, call: RefusedCall | undefined): boolean {
  const { subcode = answer.subcode, says } = row;
  if (!isCode(row.code, answer.code) || subcode !== answer.subcode) return false;
  if (row.call !== undefined && row.call !== call) return false;
  const texts = [answer.message, answer.userMessage, answer.details];
  return says === undefined || texts.some((text) => text !== undefined && says.test(text));
}

function isCode(wanted: RefusalRow['code'], code: number): boolean {
  return typeof wanted === 'number' ? wanted === code : code >= wanted.from && code <= wanted.to;
}

const PASSING: readonly Cause[] = ['throttled', 'meta_down', 'maintenance'];

/** Meta is busy or away: only this passes whatever was asked. A lock is of one number, and keeps its own time. */
export function passesByItself(cause: Cause): boolean {
  return PASSING.includes(cause);
}
