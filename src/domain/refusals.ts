import type { Cause } from './causes.ts';

/** A refusal in Meta's error envelope, as far as decisions need it. `userMessage` is `error_user_msg`, in English. */
export interface RefusalAnswer {
  readonly code: number;
  readonly subcode?: number;
  readonly message?: string;
  readonly userMessage?: string;
  readonly details?: string;
}

const CODES: Readonly<Record<number, Cause>> = {
  0: 'token_invalid',
  1: 'meta_down',
  2: 'meta_down',
  3: 'permission_lost',
  4: 'throttled',
  10: 'permission_lost',
  17: 'throttled',
  32: 'throttled',
  33: 'number_gone',
  102: 'token_invalid',
  104: 'app_setup',
  190: 'token_invalid',
  341: 'throttled',
  368: 'account_locked',
  613: 'throttled',
  80007: 'throttled',
  80008: 'throttled',
  130429: 'throttled',
  131000: 'meta_down',
  131005: 'permission_lost',
  131008: 'bad_request',
  131009: 'bad_request',
  131016: 'meta_down',
  131056: 'throttled',
  131057: 'maintenance',
  133000: 'half_deregistered',
  133004: 'meta_down',
  133005: 'pin_mismatch',
  133006: 'not_verified',
  133008: 'pin_locked',
  133009: 'pin_locked',
  133015: 'recently_deleted',
  133016: 'attempts_locked',
  135000: 'bad_request',
  2388012: 'migration_needed',
  2388103: 'migration_needed',
  2494100: 'maintenance',
};

/** 100/2388001 "Cannot Create Certificate" has four causes; only the text tells them apart. The first match counts. */
const CERTIFICATE_PHRASES: readonly (readonly [RegExp, Cause])[] = [
  [/two-step|two step|two-factor|dos pasos/i, 'old_two_step'],
  [/ownership/i, 'ownership_not_confirmed'],
  [/existing whatsapp account|disconnect it/i, 'number_in_use'],
  [/display name/i, 'name_not_ready'],
];

/**
 * Why Meta refused. A code this table does not know becomes `unknown_refusal`, which asks a person and loses nothing.
 * Source: Meta, "Error codes" of the WhatsApp Business Platform.
 */
export function causeOf(answer: RefusalAnswer): Cause {
  if (answer.code === 100) return causeOfInvalidParameter(answer);
  if (answer.code === 131031) {
    return /\bpin\b/i.test(answer.details ?? '') ? 'pin_mismatch' : 'account_locked';
  }
  if (answer.code >= 200 && answer.code <= 299) return 'permission_lost';
  return CODES[answer.code] ?? 'unknown_refusal';
}

function causeOfInvalidParameter(answer: RefusalAnswer): Cause {
  if (answer.subcode === 33) return 'permission_lost';
  if (answer.subcode === 2388001) return causeOfCertificate(answer.userMessage ?? '');
  return /SMB business/i.test(answer.message ?? '') ? 'coexistence' : 'bad_request';
}

function causeOfCertificate(userMessage: string): Cause {
  const match = CERTIFICATE_PHRASES.find(([phrase]) => phrase.test(userMessage));
  return match?.[1] ?? 'certificate_unclear';
}
