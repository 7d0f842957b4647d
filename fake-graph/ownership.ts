import { success } from './call.ts';
import { GraphRefusal, invalidParameter } from './graph-errors.ts';
import { nextOtp } from './ids.ts';
import { CODE_GUESS_LIMIT, CODE_LOCK_MS } from './meta-clocks.ts';
import { otpStatus } from './derived.ts';
import type { Call, NumberCall, Plan } from './call.ts';

/** What is known of the proof that somebody owns a number. */
export interface Proof {
  otp_verified_at_ms?: number | undefined;
  pending_code?: string | undefined;
  wrong_codes: number;
  codes_locked_until_ms?: number | undefined;
}

/** `POST /{NUMBER}/request_code`. The code can be read at the control API. */
export function requestCode(call: NumberCall): Plan {
  const { number, nowMs } = call;
  const isProved = otpStatus(number, nowMs) === 'verified' && !number.ownership_again;
  return sendCode(call, number, isProved);
}

/** `POST /{NUMBER}/verify_code`. */
export function verifyCode(call: NumberCall): Plan {
  const { number } = call;
  return takeCode(call, number, () => {
    number.ownership_again = false;
  });
}

/** @throws GraphRefusal 100 for a bad parameter; 136024 while the proof is good, and after too many wrong codes */
export function sendCode(call: Call, proof: Proof, isProved: boolean): Plan {
  const { nowMs, params } = call;
  if (!['SMS', 'VOICE'].includes(params.get('code_method') ?? ''))
    throw invalidParameter('code_method must be SMS or VOICE.');
  if (!/^[a-z]{2}(?:_[A-Z]{2})?$/.test(params.get('language') ?? ''))
    throw invalidParameter('language is required, like en_US.');
  if (nowMs < (proof.codes_locked_until_ms ?? 0))
    throw new GraphRefusal(136024, { details: 'Too many wrong codes. Try again later.' });
  if (isProved)
    throw new GraphRefusal(136024, { details: 'The phone number is already verified.' });
  return {
    body: success(call),
    effect: () => {
      proof.pending_code = nextOtp(call.fake.world);
    },
  };
}

/** The fifth wrong code locks the sending of new ones for 12 hours. @throws GraphRefusal 136025 for a wrong code */
export function takeCode(call: Call, proof: Proof, proved: () => void): Plan {
  const { nowMs, params } = call;
  const code = params.get('code') ?? '';
  if (!/^[0-9]{6}$/.test(code)) throw invalidParameter('code must be 6 digits.');
  if (proof.pending_code !== code) {
    noteWrongCode(proof, nowMs);
    throw new GraphRefusal(136025, { details: 'The code is wrong.' });
  }
  return {
    body: success(call),
    effect: () => {
      proof.otp_verified_at_ms = nowMs;
      proof.pending_code = undefined;
      proof.wrong_codes = 0;
      proved();
    },
  };
}

export function noteWrongCode(proof: Proof, nowMs: number): void {
  proof.wrong_codes += 1;
  if (proof.wrong_codes < CODE_GUESS_LIMIT) return;
  proof.codes_locked_until_ms = nowMs + CODE_LOCK_MS;
  proof.wrong_codes = 0;
}
