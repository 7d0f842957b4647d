import { join } from 'node:path';
import {
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
  type WabaId,
} from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { NewAttempt, NewSignup } from '../../src/store/store.ts';

/** Where the store of a test has its files. */
export function filesIn(folder: string): { path: string; sealingKeyFile: string } {
  return {
    path: join(folder, 'data', 'onboarding.db'),
    sealingKeyFile: join(folder, 'keys', 'sealing-key.json'),
  };
}

export const T0_MS = Date.UTC(2026, 0, 5, 12);

export function phoneNumberId(id: string): PhoneNumberId {
  if (!isPhoneNumberId(id)) throw new TypeError(`no phone number id: ${id}`);
  return id;
}

export function wabaId(id: string): WabaId {
  if (!isWabaId(id)) throw new TypeError(`no account id: ${id}`);
  return id;
}

export const NUMBER = phoneNumberId('106540352242922');
export const OTHER_NUMBER = phoneNumberId('106540352242923');
export const ACCOUNT = wabaId('102290129340398');

export function newAttempt(changes: Partial<NewAttempt> = {}): NewAttempt {
  return {
    phoneNumberId: NUMBER,
    requestKey: 'run-1/1',
    kind: 'automatic',
    inFlightMs: 15_000,
    ...changes,
  };
}

export function newSignup(changes: Partial<NewSignup> = {}): NewSignup {
  return {
    idempotencyKey: 'key-1',
    bodyHash: 'hash-1',
    phoneNumberId: NUMBER,
    wabaId: ACCOUNT,
    displayPhoneNumber: '+1 631-555-5555',
    token: new Secret('EAAG-first'),
    deadlineAtMs: T0_MS + 14 * 86_400_000,
    ...changes,
  };
}
