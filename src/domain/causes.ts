/** What a refusal asks for: we repair it, a moment passes, a person acts, or the onboarding ends. */
export type Verdict = 'fix' | 'wait' | 'ask' | 'stop';

export interface CauseEntry {
  readonly verdict: Verdict;
  /** Operator text, shown as is. */
  readonly advice: string;
  /** For `wait` without a time from Meta: how long, by how often the cause was seen in a row; the last one repeats. */
  readonly waitsMs?: readonly number[];
  /** After so many waits in a row a person is told, while the waits go on. */
  readonly asksAfter?: number;
  /** A person's retry must not cut the wait short: one more call would prolong the lock. */
  readonly locked?: true;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Source: Meta, "Error codes" of the WhatsApp Business Platform, and the registration guide. */
export const CAUSES = {
  not_registered: { verdict: 'fix', advice: 'The number is not registered yet. Registering now.' },
  coexistence: {
    verdict: 'fix',
    advice:
      'This number stays on the WhatsApp Business app. It is already registered; nothing to do.',
  },
  not_verified: {
    verdict: 'ask',
    advice:
      'Meta has no valid proof that you own this number. Verify it in WhatsApp Manager, then press "retry".',
  },
  code_not_sent: {
    verdict: 'ask',
    advice:
      'Meta did not send a code. Wait, then try the other method (voice for landlines). After too many tries wait 12 hours.',
  },
  code_wrong: {
    verdict: 'ask',
    advice: 'The code was wrong or too old. Request a new one and enter all six digits.',
  },
  outcome_unknown: {
    verdict: 'fix',
    advice: 'Meta did not answer clearly. We are checking before we try again.',
  },
  success_not_visible: {
    verdict: 'ask',
    advice:
      'Meta accepted the registration but does not show it. Look at the number in WhatsApp Manager; contact Meta with the trace ID if it stays pending.',
  },
  name_not_ready: {
    verdict: 'wait',
    advice:
      'Meta is still processing the display name. We try again. If this lasts three days, edit the display name slightly.',
    waitsMs: [6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS],
    // The fifth attempt is made on day 3.
    asksAfter: 4,
  },
  number_in_use: {
    verdict: 'ask',
    advice:
      'The number is still on a WhatsApp account. Either connect it with the WhatsApp Business app (coexistence), or delete that account in the app (chats are lost). Then press "retry".',
  },
  ownership_not_confirmed: {
    verdict: 'ask',
    advice:
      'Meta wants proof of ownership once more. Verify the number in WhatsApp Manager, then press "retry".',
  },
  old_two_step: {
    verdict: 'ask',
    advice:
      'Two-step verification is still on at the previous provider. Ask them to switch it off in WhatsApp Manager, then press "retry".',
  },
  certificate_unclear: {
    verdict: 'ask',
    advice:
      'Meta cannot create the certificate and does not say why. Look at the number in WhatsApp Manager, then press "retry".',
  },
  pin_mismatch: {
    verdict: 'fix',
    advice:
      'This number has a PIN we do not know, and Meta did not take ours. Enter the current PIN, or reset it in WhatsApp Manager and press "retry".',
  },
  pin_locked: {
    verdict: 'wait',
    advice: 'Too many wrong PINs. Meta has paused this number; do not try other PINs.',
    waitsMs: [12 * HOUR_MS],
    locked: true,
  },
  pin_changed_outside: {
    verdict: 'fix',
    advice: 'Someone changed the PIN in WhatsApp Manager. We will set a new one when we need it.',
  },
  attempts_locked: {
    verdict: 'wait',
    advice:
      'Meta allows 10 registration requests in 72 hours and has locked the number. Do not try elsewhere.',
    waitsMs: [72 * HOUR_MS],
    locked: true,
  },
  budget_spent: {
    verdict: 'wait',
    advice:
      'We stopped before Meta\'s limit. To use one of the tries kept for people now, press "retry".',
  },
  recently_deleted: {
    verdict: 'wait',
    advice: 'The number was just removed somewhere else. One moment.',
    waitsMs: [5 * MINUTE_MS],
  },
  half_deregistered: {
    verdict: 'fix',
    advice:
      'An earlier removal of this number did not finish, and removing it again did not help. Contact Meta with the trace ID, then press "retry".',
  },
  deadline_passed: {
    verdict: 'stop',
    advice: '14 days have passed since signup. The customer must do Embedded Signup again.',
  },
  preverified_lapsed: {
    verdict: 'ask',
    advice:
      'The pre-verified number has lapsed. Send a code to it (it is your number) and enter it.',
  },
  deregistered_elsewhere: {
    verdict: 'ask',
    advice:
      'Someone took this number off Cloud API. Check with the customer, then press "retry" to register it again.',
  },
  number_gone: { verdict: 'stop', advice: 'This number no longer exists in the account.' },
  banned: { verdict: 'stop', advice: 'Meta banned this number. Appeal in WhatsApp Manager.' },
  migration_needed: {
    verdict: 'ask',
    advice: "This number must be moved with Meta's migration flow, or is already in the account.",
  },
  number_cap: {
    verdict: 'ask',
    advice:
      'The business has reached its number limit (2 at first, 20 after verification). Verify the business or remove a number.',
  },
  add_restricted: {
    verdict: 'wait',
    advice: 'Meta does not let this account add numbers for now.',
    waitsMs: [24 * HOUR_MS],
  },
  account_locked: {
    verdict: 'ask',
    advice: 'Meta has restricted the account. Appeal in Business Support, then press "retry".',
  },
  waba_rejected: { verdict: 'stop', advice: 'Meta rejected or deleted the WhatsApp account.' },
  waba_in_review: {
    verdict: 'wait',
    advice: 'Meta is reviewing the account.',
    waitsMs: [24 * HOUR_MS],
  },
  token_invalid: {
    verdict: 'ask',
    advice: 'Our access has ended. The customer must reconnect. Any deadline keeps running.',
  },
  permission_lost: {
    verdict: 'ask',
    advice:
      'The app lacks a permission or lost access to this account. Restore it, then press "retry".',
  },
  app_setup: {
    verdict: 'ask',
    advice:
      'The app requires the app-secret proof. Check META_APP_SECRET, restart, then press "retry".',
  },
  signup_code_spent: {
    verdict: 'stop',
    advice: 'The signup code expired (30 seconds) or was used. Start the signup again.',
  },
  throttled: {
    verdict: 'wait',
    advice: "Meta's call limit is reached. We continue by ourselves.",
    waitsMs: [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS],
  },
  meta_down: {
    verdict: 'wait',
    advice: 'Meta is not available right now. We keep trying.',
    waitsMs: [30, 60, 120, 240, 480, 900].map((seconds) => seconds * SECOND_MS),
  },
  maintenance: {
    verdict: 'wait',
    advice: 'Meta is working on this account.',
    waitsMs: [5, 10, 20, 40, 60].map((minutes) => minutes * MINUTE_MS),
  },
  name_in_review: {
    verdict: 'wait',
    advice: 'Meta is reviewing the name. The number can already be used if it shows "can send".',
  },
  name_declined: {
    verdict: 'ask',
    advice:
      'Meta declined the display name. The number keeps working. Submit another name, here or in WhatsApp Manager; we follow it.',
  },
  rename_due: {
    verdict: 'fix',
    advice: 'The new name is approved. Registering again to apply it.',
  },
  rename_window_missed: {
    verdict: 'ask',
    advice: 'The approved name was not applied in 14 days. Submit it again.',
  },
  rename_limit: {
    verdict: 'wait',
    advice: 'Meta allows 10 name changes in 30 days.',
    waitsMs: [24 * HOUR_MS],
  },
  certificate_expired: {
    verdict: 'ask',
    advice:
      'The certificate has run out. Request a new one in WhatsApp Manager if you still need it.',
  },
  name_555: {
    verdict: 'ask',
    advice: 'Numbers given by Meta cannot send before the name is approved.',
  },
  payment_problem: {
    verdict: 'ask',
    advice: 'Messages are blocked by a billing problem. Check the payment method.',
  },
  override_too_early: {
    verdict: 'fix',
    advice:
      'The webhook override came before the subscription. Subscribing first, then setting it.',
  },
  override_lost: {
    verdict: 'fix',
    advice: 'The webhook override is gone from the account. Setting it again.',
  },
  onprem_retired: {
    verdict: 'stop',
    advice: 'Meta has closed On-Premises registration. Use Cloud API.',
  },
  paused: {
    verdict: 'ask',
    advice:
      'A person has paused this number: nothing is asked of Meta until it is resumed. Any deadline keeps running.',
  },
  given_up: {
    verdict: 'stop',
    advice: 'A person has given this number up. A new Embedded Signup begins anew.',
  },
  bad_request: {
    verdict: 'ask',
    advice:
      'The service sent something Meta does not accept. This is our bug: report it with the trace ID.',
  },
  unknown_refusal: {
    verdict: 'ask',
    advice:
      'Meta refused with a code we do not know. Look at the number in WhatsApp Manager, then press "retry".',
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;

export type Cause = keyof typeof CAUSES;

export function causeEntry(cause: Cause): CauseEntry {
  return CAUSES[cause];
}
