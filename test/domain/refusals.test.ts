import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/domain/causes.ts';
import { clampWaitMs, waitMsOf } from '../../src/domain/waits.ts';
import {
  causeOf,
  lockMsIn,
  REFUSALS,
  type RefusalAnswer,
  type RefusedCall,
} from '../../src/domain/refusals.ts';

const certificate = (userMessage: string): RefusalAnswer => ({
  code: 100,
  subcode: 2388001,
  userMessage,
});

describe('why Meta refused', () => {
  it.each<[string, RefusalAnswer, string]>([
    ['a dead token', { code: 190, subcode: 463 }, 'token_invalid'],
    ['code 0', { code: 0 }, 'token_invalid'],
    ['code 102', { code: 102 }, 'token_invalid'],
    ['a missing app-secret proof', { code: 104 }, 'app_setup'],
    ['code 3', { code: 3 }, 'permission_lost'],
    ['code 10', { code: 10 }, 'permission_lost'],
    ['code 199: no permission code', { code: 199 }, 'unknown_refusal'],
    ['code 200', { code: 200 }, 'permission_lost'],
    ['code 299', { code: 299 }, 'permission_lost'],
    ['code 131005', { code: 131005 }, 'permission_lost'],
    ['an object it does not show us', { code: 100, subcode: 33 }, 'permission_lost'],
    ['a deleted number', { code: 33 }, 'number_gone'],
    ['app limit', { code: 4 }, 'throttled'],
    ['user limit', { code: 17 }, 'throttled'],
    ['page limit', { code: 32 }, 'throttled'],
    ['code 341', { code: 341 }, 'throttled'],
    ['custom limit', { code: 613 }, 'throttled'],
    ['account limit', { code: 80007 }, 'throttled'],
    ['management limit', { code: 80008 }, 'throttled'],
    ['throughput', { code: 130429 }, 'throttled'],
    ['pair limit', { code: 131056 }, 'throttled'],
    ['code 1', { code: 1 }, 'meta_down'],
    ['code 2', { code: 2 }, 'meta_down'],
    ['code 131000', { code: 131000 }, 'meta_down'],
    ['code 131016', { code: 131016 }, 'meta_down'],
    ['code 133004', { code: 133004 }, 'meta_down'],
    ['maintenance', { code: 131057 }, 'maintenance'],
    ['code 2494100', { code: 2494100 }, 'maintenance'],
    ['policy', { code: 368 }, 'account_locked'],
    ['a locked account', { code: 131031, details: 'Account locked' }, 'account_locked'],
    ['a wrong PIN told as 131031', { code: 131031, details: 'Wrong PIN' }, 'pin_mismatch'],
    ['a wrong PIN', { code: 133005 }, 'pin_mismatch'],
    ['an unverified number', { code: 133006 }, 'not_verified'],
    ['too many PINs', { code: 133008 }, 'pin_locked'],
    ['PINs too fast', { code: 133009 }, 'pin_locked'],
    ['an unfinished removal', { code: 133000 }, 'half_deregistered'],
    ['a removal just now', { code: 133015 }, 'recently_deleted'],
    ['the 72-hour lock', { code: 133016 }, 'attempts_locked'],
    ['migration', { code: 2388012 }, 'migration_needed'],
    ['code 2388103', { code: 2388103 }, 'migration_needed'],
    ['code 131008', { code: 131008 }, 'bad_request'],
    ['code 131009', { code: 131009 }, 'bad_request'],
    ['code 135000', { code: 135000 }, 'bad_request'],
    ['another 100', { code: 100, message: 'Invalid parameter' }, 'bad_request'],
    [
      'coexistence',
      { code: 100, message: 'Register endpoint is not available for SMB businesses' },
      'coexistence',
    ],
    ['the limit of numbers', { code: 2388386 }, 'number_cap'],
    ['code 300', { code: 300 }, 'number_cap'],
    ['code 200000', { code: 200000 }, 'number_cap'],
    ['a code that was not sent', { code: 136024 }, 'code_not_sent'],
    ['a wrong code', { code: 136025 }, 'code_wrong'],
    ['a +1 555 number', { code: 131037 }, 'name_555'],
    ['billing', { code: 131042 }, 'payment_problem'],
    ['an unregistered number', { code: 133010 }, 'not_registered'],
    ['code 131045', { code: 131045 }, 'not_registered'],
    [
      'an override before its subscription',
      { code: 100, message: '(#100) Before override the current callback uri, your app must be' },
      'override_too_early',
    ],
    ['a code nobody knows', { code: 987654 }, 'unknown_refusal'],
  ])('%s', (_case, answer, cause) => {
    expect(causeOf(answer)).toBe(cause);
  });

  it.each([
    [
      'This number is registered to an existing WhatsApp account. To use this number, disconnect it from the existing account.',
      'number_in_use',
    ],
    [
      'Your display name could not be processed. Please edit your display name and try again.',
      'name_not_ready',
    ],
    ['Confirm ownership of this number.', 'ownership_not_confirmed'],
    ['Turn off two-step verification before you disconnect it.', 'old_two_step'],
    ['Desactiva la verificación en dos pasos.', 'old_two_step'],
    ['Etwas ist schiefgelaufen.', 'certificate_unclear'],
    ['', 'certificate_unclear'],
  ])('behind "Cannot Create Certificate" is told by the text: %s', (text, cause) => {
    expect(causeOf(certificate(text))).toBe(cause);
  });

  // Meta reuses these numbers elsewhere, with other meanings.
  it.each<[RefusalAnswer, RefusedCall, { here: string; elsewhere: string }]>([
    [
      { code: 100, subcode: 36007 },
      'exchange',
      { here: 'signup_code_spent', elsewhere: 'bad_request' },
    ],
    [
      { code: 100, subcode: 36009 },
      'exchange',
      { here: 'signup_code_spent', elsewhere: 'bad_request' },
    ],
    [
      { code: 100, subcode: 2207051 },
      'deregister',
      { here: 'not_registered', elsewhere: 'bad_request' },
    ],
    [{ code: 2388091 }, 'code', { here: 'code_not_sent', elsewhere: 'unknown_refusal' }],
    [{ code: 2388093 }, 'code', { here: 'code_not_sent', elsewhere: 'unknown_refusal' }],
    [
      { code: 1005, details: 'biz_link_on_prem_reg_blocked' },
      'on-premises',
      { here: 'onprem_retired', elsewhere: 'unknown_refusal' },
    ],
  ])('by %o on %s is %o', (answer, call, { here, elsewhere }) => {
    expect(causeOf(answer, call)).toBe(here);
    expect(causeOf(answer, 'register')).toBe(elsewhere);
    expect(causeOf(answer)).toBe(elsewhere);
  });

  it('is found by every row of the table: none hides behind another', () => {
    for (const row of REFUSALS.filter(({ says }) => says === undefined)) {
      const code = typeof row.code === 'number' ? row.code : row.code.from;
      const answer = { code, ...(row.subcode === undefined ? {} : { subcode: row.subcode }) };
      expect(causeOf(answer, row.call), code.toString()).toBe(row.cause);
    }
  });

  it('promises no deadline to a number that may have none', () => {
    const told = Object.values(CAUSES).filter(({ advice }) => advice.includes('deadline'));
    for (const { advice } of told) expect(advice).toContain('Any deadline');
  });

  it('has advice for every cause, and a time for every wait that Meta does not time', () => {
    const timedElsewhere = ['budget_spent', 'name_in_review'];
    for (const [cause, entry] of Object.entries(CAUSES)) {
      expect(entry.advice.length, cause).toBeGreaterThan(20);
      const isTimed = 'waitsMs' in entry || timedElsewhere.includes(cause);
      expect(isTimed, cause).toBe(entry.verdict === 'wait');
    }
  });
});

describe('how long a number is locked after wrong PINs', () => {
  it.each([
    [{ code: 133008, details: 'Wait 43200 seconds before you try again.' }, 43_200_000],
    [{ code: 133008, details: 'Try again in 12 Hours' }, 43_200_000],
    [{ code: 133009, details: 'Please wait 5 minutes.' }, 300_000],
    [{ code: 133009, details: 'Too fast' }, 3_600_000],
    [{ code: 133009 }, 3_600_000],
    [{ code: 133008, details: 'Too many' }, undefined],
    [{ code: 133005, details: 'Wait 5 minutes' }, undefined],
  ])('is told by %o: %s ms', (answer, lockMs) => {
    expect(lockMsIn(answer)).toBe(lockMs);
  });

  it('is believed up to 72 hours, where other waits are cut at 6', () => {
    expect(waitMsOf('pin_locked', 1, 12 * 3_600_000)).toBe(12 * 3_600_000);
    expect(waitMsOf('pin_locked', 1, 73 * 3_600_000)).toBe(72 * 3_600_000);
    expect(waitMsOf('throttled', 1, 12 * 3_600_000)).toBe(6 * 3_600_000);
  });
});

describe('how long a wait lasts', () => {
  it("grows with the refusals in a row, and stays at the table's last", () => {
    const hours = [1, 2, 3, 4].map((seen) => waitMsOf('name_not_ready', seen) / 3_600_000);
    expect(hours).toEqual([6, 12, 24, 24]);
    expect(waitMsOf('attempts_locked', 1)).toBe(72 * 3_600_000);
    expect(waitMsOf('recently_deleted', 1)).toBe(300_000);
    expect(waitMsOf('meta_down', 1)).toBe(30_000);
  });

  it('follows what Meta told, before the table', () => {
    expect(waitMsOf('throttled', 1, 19 * 60_000)).toBe(19 * 60_000);
  });

  it.each([
    [29_999, 30_000],
    [30_000, 30_000],
    [30_001, 30_001],
    [0, 30_000],
    [6 * 3_600_000, 6 * 3_600_000],
    [6 * 3_600_000 + 1, 6 * 3_600_000],
  ])('turns %i ms from Meta into %i ms', (toldMs, waitMs) => {
    expect(clampWaitMs(toldMs)).toBe(waitMs);
  });
});
