import {
  CERTIFICATE_LIFE_MS,
  OTP_LIFE_MS,
  PREVERIFIED_LIFE_MS,
  RENAME_WINDOW_MS,
  SIGNUP_WINDOW_MS,
} from './meta-clocks.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { Switches } from './switches.ts';

/** Facts of a number that no one writes: they follow from what happened and from the virtual instant. */

export function otpStatus(number: PhoneNumber, nowMs: number): 'none' | 'verified' | 'lapsed' {
  if (number.otp_verified_at_ms === undefined) return 'none';
  const lifeMs = number.preverified ? PREVERIFIED_LIFE_MS : OTP_LIFE_MS;
  return nowMs - number.otp_verified_at_ms < lifeMs ? 'verified' : 'lapsed';
}

/** A number that never went through Embedded Signup has no such window. */
export function signupWindowOver(number: PhoneNumber, nowMs: number): boolean {
  if (number.last_onboarded_at_ms === undefined) return false;
  const lengthMs = number.preverified ? PREVERIFIED_LIFE_MS : SIGNUP_WINDOW_MS;
  return nowMs - number.last_onboarded_at_ms >= lengthMs;
}

export function isRegistered(number: PhoneNumber): boolean {
  return number.registered_at_ms !== undefined;
}

/** On Cloud API, by registration or because the WhatsApp Business app shares it. */
export function isOnCloud(number: PhoneNumber): boolean {
  return isRegistered(number) || number.is_on_biz_app;
}

export function statusOf(number: PhoneNumber, switches: Switches): string {
  if (number.status !== undefined) return number.status;
  if (isOnCloud(number) || number.on_premise) return 'CONNECTED';
  return number.deregistered ? switches.statusAfterDeregister : 'PENDING';
}

const usableName = (status: string | undefined): boolean =>
  status === 'APPROVED' || status === 'AVAILABLE_WITHOUT_REVIEW';

export function certificateOf(number: PhoneNumber, nowMs: number): string | undefined {
  const { certificate } = number;
  if (!usableName(number.name_status) || certificate === undefined) return undefined;
  return nowMs - certificate.issued_at_ms < CERTIFICATE_LIFE_MS ? certificate.value : undefined;
}

/** The name of a number that was never registered runs out with its certificate. */
export function nameStatusOf(number: PhoneNumber, nowMs: number): string {
  const lapsed =
    number.certificate !== undefined &&
    usableName(number.name_status) &&
    nowMs - number.certificate.issued_at_ms >= CERTIFICATE_LIFE_MS;
  return lapsed && !number.ever_registered ? 'EXPIRED' : number.name_status;
}

/** Is there a change of name that a read may show and a registration may apply? */
export function changeIsOpen(number: PhoneNumber, nowMs: number): boolean {
  if (number.new_name_status === undefined) return false;
  const approvedAtMs = number.new_name_approved_at_ms;
  return approvedAtMs === undefined || nowMs - approvedAtMs < RENAME_WINDOW_MS;
}

/** Is there an approved new name that a registration would make final? */
export function hasApprovedChange(number: PhoneNumber, nowMs: number): boolean {
  return number.new_name_status === 'APPROVED' && changeIsOpen(number, nowMs);
}

/** `+1 631-555-1111` where the grouping is known, else `+49 15112345678`. */
export function displayNumber(number: PhoneNumber, switches: Switches): string {
  if (switches.displayFormat === 'digits') return number.digits;
  const rest = number.digits.slice(number.cc.length);
  if (number.cc !== '1' || rest.length !== 10) return `+${number.cc} ${rest}`;
  return `+1 ${rest.slice(0, 3)}-${rest.slice(3, 6)}-${rest.slice(6)}`;
}
