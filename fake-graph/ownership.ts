import { success } from './call.ts';
import { otpStatus } from './derived.ts';
import { GraphRefusal, invalidParameter } from './graph-errors.ts';
import { nextOtp } from './ids.ts';
import { CODE_GUESS_LIMIT, CODE_LOCK_MS } from './meta-clocks.ts';
import type { NumberCall, Plan } from './call.ts';

/** `POST /{NUMBER}/request_code`. The code can be read at the control API. */
export function requestCode(call: NumberCall): Plan {
  const { number, nowMs, params } = call;
  if (!['SMS', 'VOICE'].includes(params.get('code_method') ?? ''))
    throw invalidParameter('code_method must be SMS or VOICE.');
  if (!/^[a-z]{2}(?:_[A-Z]{2})?$/.test(params.get('language') ?? ''))
    throw invalidParameter('language is required, like en_US.');
  if (nowMs < (number.codes_locked_until_ms ?? 0))
    throw new GraphRefusal(136024, { details: 'Too many wrong codes. Try again later.' });
  if (otpStatus(number, nowMs) === 'verified' && !number.ownership_again)
    throw new GraphRefusal(136024, { details: 'The phone number is already verified.' });
  return {
    body: success(call),
    effect: () => {
      number.pending_code = nextOtp(call.fake.world);
    },
  };
}

/** `POST /{NUMBER}/verify_code`. The fifth wrong code locks the sending of new ones for 12 hours. */
export function verifyCode(call: NumberCall): Plan {
  const { number, nowMs, params } = call;
  const code = params.get('code') ?? '';
  if (!/^[0-9]{6}$/.test(code)) throw invalidParameter('code must be 6 digits.');
  if (number.pending_code !== code) {
    number.wrong_codes += 1;
    if (number.wrong_codes >= CODE_GUESS_LIMIT) {
      number.codes_locked_until_ms = nowMs + CODE_LOCK_MS;
      number.wrong_codes = 0;
    }
    throw new GraphRefusal(136025, { details: 'The code is wrong.' });
  }
  return {
    body: success(call),
    effect: () => {
      number.otp_verified_at_ms = nowMs;
      number.pending_code = undefined;
      number.wrong_codes = 0;
      number.ownership_again = false;
    },
  };
}
