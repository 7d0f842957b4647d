import { describe, expect, it } from 'vitest';
import {
  isReached,
  mayGiveUp,
  nextReadAfterMs,
  nextReadMs,
  untilReadMs,
  type Goal,
  type Sought,
} from '../../src/domain/goals.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { factsOf } from './facts.ts';

const REGISTERED = { status: 'CONNECTED', platformType: 'CLOUD_API' };
const TOLD = { decision: 'REJECTED', toldAtMs: 1 };
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
    ['name-decided', { ...REGISTERED, nameStatus: 'EXPIRED' }, true],
    ['name-decided', { ...REGISTERED, nameStatus: 'A_NEW_WORD' }, false],
    ['name-decided', {}, true],
    ['name-decided', { ...REGISTERED, nameStatus: 'APPROVED', newNameStatus: 'PENDING' }, false],
    ['name-decided', { ...REGISTERED, nameStatus: 'DECLINED', newNameStatus: 'APPROVED' }, true],
    ['name-not-declined', { ...REGISTERED, nameStatus: 'DECLINED', newNameStatus: 'NONE' }, true],
    ['name-not-expired', { ...REGISTERED, nameStatus: 'EXPIRED' }, false],
    ['name-not-expired', { ...REGISTERED, nameStatus: 'APPROVED' }, true],
    ['name-not-expired', { nameStatus: 'EXPIRED' }, true],
    ['change-shown', REGISTERED, false],
    ['change-shown', { ...REGISTERED, newNameStatus: 'PENDING_REVIEW' }, true],
    ['change-shown', { ...REGISTERED, newNameStatus: 'DECLINED' }, false],
    ['change-shown', { ...REGISTERED, isWantedName: true }, true],
    ['change-decided', { ...REGISTERED, newNameStatus: 'PENDING_REVIEW' }, false],
    ['change-decided', { ...REGISTERED, newNameStatus: 'APPROVED' }, true],
    ['change-decided', { ...REGISTERED, newNameStatus: 'DECLINED' }, true],
    ['change-decided', REGISTERED, true],
    ['name-applied', { ...REGISTERED, newCertificateSha256: 'ab' }, false],
    ['name-applied', REGISTERED, true],
    ['nothing', { ...REGISTERED, nameStatus: 'APPROVED' }, false],
    ['nothing', { status: 'BANNED' }, true],
    ['name-not-declined', { ...REGISTERED, nameStatus: 'DECLINED' }, false],
    ['name-not-declined', { ...REGISTERED, nameStatus: 'PENDING_REVIEW' }, true],
    ['name-not-declined', { nameStatus: 'DECLINED' }, true],
    ['name-not-declined', { ...REGISTERED, nameStatus: 'DECLINED', nameDecision: TOLD }, true],
    ['name-decided', { ...REGISTERED, nameDecision: TOLD }, true],
    ['registered', { nameDecision: TOLD }, false],
    ['certificate-shown', { ...REGISTERED, nameDecision: TOLD }, false],
    ['certificate-shown', REGISTERED, false],
    ['certificate-shown', { ...REGISTERED, certificateSha256: 'ab' }, true],
    ['certificate-or-declined', {}, false],
    ['certificate-or-declined', { certificateSha256: 'ab' }, true],
    ['certificate-or-declined', { nameStatus: 'DECLINED' }, true],
    ['certificate-or-another-name', { nameStatus: 'DECLINED' }, false],
    ['certificate-or-another-name', { nameStatus: 'DECLINED', certificateSha256: 'ab' }, true],
    ['certificate-or-another-name', { nameStatus: 'PENDING_REVIEW' }, true],
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

describe('a poll of a number', () => {
  const POLL_MS = DEFAULT_TIMING.pollMs;
  const inReview = factsOf({ ...REGISTERED, readAtMs: 1000 });
  const sought = (changes: Partial<Sought> = {}): Sought => ({
    ...{ goal: 'name-decided', pace: 'poll', sinceMs: 0, timing: DEFAULT_TIMING, notBeforeMs: 0 },
    ...changes,
  });
  const poll = { attempt: 2, seen: inReview };

  it('waits for the instant before which no read was asked for', () => {
    const asked = sought({ notBeforeMs: 5000 });
    const inMs = (nowMs: number) => untilReadMs(asked, { attempt: 1, seen: undefined }, nowMs);
    expect([inMs(4999), inMs(5000), inMs(5001)]).toEqual([1, 0, -1]);
  });

  it('waits for that instant however often it was tried', () => {
    const asked = sought({ notBeforeMs: 5000 });
    expect(untilReadMs(asked, poll, 4999)).toBe(1);
  });

  it('counts its wait from when it began', () => {
    const sinceMs = 13 * DAY_MS;
    const asked = sought({ sinceMs });
    const seen = { ...inReview, readAtMs: 14 * DAY_MS };
    expect(untilReadMs(asked, { attempt: 2, seen }, 14 * DAY_MS)).toBe(POLL_MS);
    expect(nextReadAfterMs(asked, seen)).toBe(POLL_MS);
  });

  it('costs no call until a poll after the last read of the number, whoever made it', () => {
    const dueMs = 1000 + POLL_MS;
    const inMs = (nowMs: number) => untilReadMs(sought(), poll, nowMs);
    expect([inMs(dueMs - 1), inMs(dueMs), inMs(dueMs + 1)]).toEqual([1, 0, -1]);
  });

  it('is daily once the number has waited for a fortnight', () => {
    const nowMs = 14 * DAY_MS;
    const seen = { ...inReview, readAtMs: nowMs - 1 };
    expect(untilReadMs(sought(), { attempt: 2, seen }, nowMs)).toBe(DAY_MS - 1);
    expect(untilReadMs(sought(), { attempt: 2, seen }, nowMs - 1)).toBe(POLL_MS);
  });

  it('is due at the end of a wait that may last only so long, whoever has read the number', () => {
    const bounded = sought({ giveUpAfterMs: 5000 });
    const inMs = (nowMs: number) => untilReadMs(bounded, poll, nowMs);
    expect([inMs(4999), inMs(5000), inMs(5001)]).toEqual([1, 0, -1]);
  });

  it.each<[string, Partial<Sought>, Partial<typeof poll> | { readonly seen: undefined }]>([
    ['a message or the story asked for it', {}, { attempt: 1 }],
    ['nobody has read the number', {}, { seen: undefined }],
    ['somebody saw what it waits for', {}, { seen: { ...inReview, nameStatus: 'APPROVED' } }],
    ['it waits for what only its own read may tell', { goal: 'registered' }, {}],
    ['it waits for a certificate', { goal: 'certificate-shown' }, {}],
  ])('reads now when %s', (_why, changes, known) => {
    expect(untilReadMs(sought(changes), { ...poll, ...known }, 1000)).toBeLessThanOrEqual(0);
  });

  it('ends with the read that shows the goal, and else comes again after a poll', () => {
    expect(nextReadAfterMs(sought(), inReview)).toBe(POLL_MS);
    expect(nextReadAfterMs(sought(), { ...inReview, nameStatus: 'APPROVED' })).toBeUndefined();
  });

  it('comes a last time at the end of a wait that may last only so long, and then gives up', () => {
    const bounded = sought({ goal: 'certificate-shown', giveUpAfterMs: DAY_MS });
    const afterMs = (readAtMs: number) => nextReadAfterMs(bounded, { ...inReview, readAtMs });
    expect([afterMs(DAY_MS - 1), afterMs(DAY_MS), afterMs(DAY_MS + 1)]).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });

  it('goes on past that end while a registration is unclear', () => {
    const bounded = sought({ goal: 'registered', pace: 'proof', giveUpAfterMs: DAY_MS });
    const unclear = factsOf({ status: 'UNKNOWN', readAtMs: DAY_MS });
    expect(nextReadAfterMs(bounded, unclear)).toBe(5 * MINUTE_MS);
    expect(nextReadAfterMs(bounded, factsOf({ readAtMs: DAY_MS }))).toBeUndefined();
  });
});
