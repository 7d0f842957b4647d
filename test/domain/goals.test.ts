import { describe, expect, it } from 'vitest';
import { isReached, mayGiveUp, nextReadMs, type Goal } from '../../src/domain/goals.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { factsOf } from './facts.ts';

const REGISTERED = { status: 'CONNECTED', platformType: 'CLOUD_API' };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('a number that waits', () => {
  it.each<[Goal, Parameters<typeof factsOf>[0], boolean]>([
    ['any-answer', {}, true],
    ['ownership-settled', {}, true],
    ['ownership-settled', { codeVerificationStatus: 'NOT_VERIFIED' }, false],
    ['ownership-settled', { codeVerificationStatus: 'EXPIRED' }, false],
    ['ownership-settled', { codeVerificationStatus: 'EXPIRED', ...REGISTERED }, true],
    ['ownership-settled', { codeVerificationStatus: 'NOT_VERIFIED', isOnBizApp: true }, true],
    ['ownership-settled', { status: 'UNKNOWN' }, false],
    ['registered', {}, false],
    ['registered', REGISTERED, true],
    ['registered', { status: 'BANNED' }, true],
    ['registered', { status: 'DELETED' }, true],
    ['name-decided', REGISTERED, false],
    ['name-decided', { ...REGISTERED, nameStatus: 'APPROVED' }, true],
    ['name-decided', { ...REGISTERED, nameStatus: 'DECLINED' }, true],
    ['name-decided', { ...REGISTERED, nameStatus: 'EXPIRED' }, false],
    ['name-decided', { ...REGISTERED, nameStatus: 'A_NEW_WORD' }, false],
    ['name-decided', {}, true],
    ['name-not-declined', { ...REGISTERED, nameStatus: 'DECLINED' }, false],
    ['name-not-declined', { ...REGISTERED, nameStatus: 'PENDING_REVIEW' }, true],
    ['name-not-declined', { nameStatus: 'DECLINED' }, true],
    ['certificate-shown', REGISTERED, false],
    ['certificate-shown', { ...REGISTERED, certificateSha256: 'ab' }, true],
  ])('for %s and reads %o has it: %s', (goal, changes, reached) => {
    expect(isReached(goal, factsOf(changes))).toBe(reached);
  });

  it('gives a registration up only on a read that clearly says no', () => {
    expect(mayGiveUp('registered', factsOf())).toBe(true);
    expect(mayGiveUp('registered', factsOf({ status: 'UNKNOWN' }))).toBe(false);
    expect(mayGiveUp('certificate-shown', factsOf({ status: 'UNKNOWN' }))).toBe(true);
  });

  it.each([
    ['proof', 0, MINUTE_MS],
    ['proof', 5 * MINUTE_MS - 1, MINUTE_MS],
    ['proof', 5 * MINUTE_MS, 5 * MINUTE_MS],
    ['poll', 0, 6 * 60 * MINUTE_MS],
    ['poll', 14 * DAY_MS - 1, 6 * 60 * MINUTE_MS],
    ['poll', 14 * DAY_MS, DAY_MS],
  ] as const)('at %s pace after %i ms is read again in %i ms', (pace, waitedMs, nextMs) => {
    expect(nextReadMs(pace, waitedMs, DEFAULT_TIMING)).toBe(nextMs);
  });
});
