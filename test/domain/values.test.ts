import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayFollow, STAGES } from '../../src/domain/onboarding.ts';
import { digitsOf, isPhoneNumberId, isWabaId } from '../../src/domain/phone-number.ts';
import { isAcceptablePin } from '../../src/domain/pin.ts';
import { Secret } from '../../src/domain/secret.ts';

describe('an id of a number or an account', () => {
  it.each(['1', '1972385232742141999', '1'.repeat(20)])('takes %s', (id) => {
    expect(isPhoneNumberId(id)).toBe(true);
    expect(isWabaId(id)).toBe(true);
  });

  it.each([
    '',
    '1'.repeat(21),
    'abc',
    '1/../me',
    '..',
    '１２３',
    '+1 555',
    '1e20',
    '0x1f',
    ' 1',
    '1\n',
    12,
  ])('refuses %o', (id) => {
    expect(isPhoneNumberId(id)).toBe(false);
    expect(isWabaId(id)).toBe(false);
  });

  it('compares display phone numbers by their digits', () => {
    expect(digitsOf('+1 631-555-5555')).toBe('16315555555');
  });
});

describe('a PIN', () => {
  it.each(['150954', '001002', '112233'])('%s is acceptable', (pin) => {
    expect(isAcceptablePin(pin)).toBe(true);
  });

  it.each([
    '000000',
    '111111',
    '123456',
    '987654',
    '890123',
    '12345',
    '1234567',
    '1509541',
    'x150954',
    '12a456',
    '１２３４５６',
  ])('%s is refused', (pin) => {
    expect(isAcceptablePin(pin)).toBe(false);
  });
});

describe('a secret', () => {
  it('shows itself only when asked to', () => {
    const secret = new Secret('EAAGcanary');
    const prints = [
      String(secret),
      secret.toString(),
      JSON.stringify({ secret }),
      inspect({ secret }),
    ];
    for (const print of prints) {
      expect(print).not.toContain('canary');
      expect(print).toContain('«secret»');
    }
    expect(secret.reveal()).toBe('EAAGcanary');
  });
});

describe('the stages of an onboarding', () => {
  it('end: no sequence of stages goes on after done', () => {
    for (const stage of STAGES) expect(mayFollow('done', stage)).toBe(stage === 'done');
  });

  it('lead every number to done, whatever order of moves is allowed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STAGES), (stage) => {
        return stage === 'done' || STAGES.some((next) => next !== stage && mayFollow(stage, next));
      }),
    );
  });
});
