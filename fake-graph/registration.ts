import { success } from './call.ts';
import { hasApprovedChange, isRegistered, otpStatus, signupWindowOver } from './derived.ts';
import { GraphRefusal, invalidParameter } from './graph-errors.ts';
import { ATTEMPT_LIMIT, ATTEMPT_WINDOW_MS, DELETED_LATELY_MS } from './meta-clocks.ts';
import { applyApprovedChange } from './naming.ts';
import { checkPin, isPin } from './pins.ts';
import type { NumberCall, Plan } from './call.ts';
import type { PhoneNumber } from './phone-number.ts';

const REGIONS = 'AE AU BH BR CA CH DE GB ID IN JP KR SG ZA'.split(' ');

type Window = 'register' | 'deregister';

/** Every request that reaches the number counts against the limit, good or bad. */
export function countAttempt(number: PhoneNumber, window: Window, nowMs: number): void {
  const key = `${window}_attempts` as const;
  number[key] = [...number[key].filter((atMs) => nowMs - atMs < ATTEMPT_WINDOW_MS), nowMs];
}

/** @throws GraphRefusal 133016 from the 11th request in 72 hours on, and for 72 hours after the first such refusal */
function checkWindow({ number, nowMs, fake }: NumberCall, window: Window): void {
  const lockKey = `${window}_locked_until_ms` as const;
  const lockedUntilMs = number[lockKey] ?? 0;
  const isLocked = nowMs < lockedUntilMs;
  if (!isLocked && number[`${window}_attempts`].length <= ATTEMPT_LIMIT) return;
  if (!isLocked || fake.world.switches.lockExtends === 'yes')
    number[lockKey] = nowMs + ATTEMPT_WINDOW_MS;
  throw new GraphRefusal(133016, {
    details: 'There were too many requests for this phone number in 72 hours. Try again later.',
  });
}

/**
 * `POST /{NUMBER}/register`. Meta does not publish the order of its checks; this is ours:
 * limit, parameters, account, coexistence, registered already, ownership and window, certificate, PIN.
 */
export function register(call: NumberCall): Plan {
  const { number, nowMs } = call;
  checkWindow(call, 'register');
  const pin = registerPin(call);
  checkAccount(call);
  if (number.is_on_biz_app)
    throw new GraphRefusal(100, {
      title: 'Register endpoint is not available for SMB businesses',
    });
  if (number.on_premise && call.params.get('backup') === undefined)
    throw invalidParameter('backup is needed to move a number from On-Premises.');
  if (isRegistered(number)) return registerAgain(call, pin);
  checkLeftovers(number, nowMs);
  checkOwnership(call);
  checkCertificate(number, nowMs);
  checkPin(number, pin, nowMs);
  return {
    body: success(call),
    effect: () => {
      number.pin = pin;
      number.on_premise = false;
      number.registered_at_ms = nowMs;
      number.ever_registered = true;
      number.deregistered = false;
      number.region = call.params.get('data_localization_region');
      applyApprovedChange(number, nowMs);
    },
  };
}

function checkAccount({ waba }: NumberCall): void {
  if (waba.ban_state !== 'DISABLE') return;
  throw new GraphRefusal(131031, {
    details: 'Business account has been locked or violated policy.',
  });
}

function registerPin({ params }: NumberCall): string {
  const pin = params.get('pin') ?? '';
  const region = params.get('data_localization_region');
  if (params.get('messaging_product') !== 'whatsapp')
    throw invalidParameter("messaging_product must be 'whatsapp'.");
  if (!isPin(pin)) throw invalidParameter('pin must be 6 digits.');
  if (region !== undefined && !REGIONS.includes(region))
    throw invalidParameter('data_localization_region is not supported.');
  return pin;
}

/** Succeeds. Under the new account model the PIN is left alone; under the old one it must match. */
function registerAgain(call: NumberCall, pin: string): Plan {
  const { number, nowMs } = call;
  if (call.fake.world.switches.accountModel === 'old') checkPin(number, pin, nowMs);
  const effect = (): void => {
    applyApprovedChange(number, nowMs);
  };
  return { body: success(call), effect: hasApprovedChange(number, nowMs) ? effect : undefined };
}

function checkLeftovers(number: PhoneNumber, nowMs: number): void {
  if (number.half_deregistered)
    throw new GraphRefusal(133000, {
      details: 'A previous deregistration attempt failed. Deregister the number, then register.',
    });
  if (number.deleted_at_ms !== undefined && nowMs - number.deleted_at_ms < DELETED_LATELY_MS)
    throw new GraphRefusal(133015, {
      details: 'The phone number was recently deleted. Wait 5 minutes before trying again.',
    });
}

function checkOwnership({ number, nowMs, fake: { world } }: NumberCall): void {
  const details = 'Phone number needs to be verified before registering.';
  if (otpStatus(number, nowMs) !== 'verified') throw new GraphRefusal(133006, { details });
  if (!signupWindowOver(number, nowMs)) return;
  const signedUpAtMs = number.last_onboarded_at_ms ?? 0;
  const isFresh = (number.otp_verified_at_ms ?? 0) > signedUpAtMs;
  // Of a number the partner owns, a fresh code is enough. Source: Meta, Pre-verified numbers.
  if (isFresh && (number.preverified || world.switches.otpAfterWindow === 'yes')) return;
  throw new GraphRefusal(world.switches.lateRegister, { details });
}

/** Four causes behind one subcode; only the localised text tells them apart. The last two texts are this emulator's. */
function checkCertificate(number: PhoneNumber, nowMs: number): void {
  const text = certificateObstacle(number, nowMs);
  if (text === undefined) return;
  throw new GraphRefusal(100, {
    subcode: 2388001,
    transient: false,
    userTitle: 'Cannot Create Certificate',
    userMsg: text,
  });
}

function certificateObstacle(number: PhoneNumber, nowMs: number): string | undefined {
  if (number.on_handset)
    return (
      'This number is registered to an existing WhatsApp account. To use this number, ' +
      'disconnect it from the existing account.'
    );
  if (number.name_ready_at_ms !== undefined && nowMs < number.name_ready_at_ms)
    return 'Your display name could not be processed. Please edit your display name and try again.';
  if (number.ownership_again)
    return 'Please verify the ownership of this phone number again, then try again.';
  if (number.old_two_step)
    return 'Two-step verification is still turned on at the previous provider. Turn it off and try again.';
  return undefined;
}

/** `POST /{NUMBER}/deregister`. Does not delete the number; its PIN stays. */
export function deregister(call: NumberCall): Plan {
  const { number } = call;
  checkWindow(call, 'deregister');
  if (number.is_on_biz_app)
    throw new GraphRefusal(100, {
      title: 'Deregister endpoint is not available for SMB businesses',
    });
  if (!isRegistered(number) && !number.half_deregistered)
    throw new GraphRefusal(100, {
      subcode: 2207051,
      details: 'The phone number is not registered.',
    });
  return {
    body: success(call),
    effect: () => {
      number.registered_at_ms = undefined;
      number.half_deregistered = false;
      number.deregistered = true;
      number.region = undefined;
    },
  };
}
