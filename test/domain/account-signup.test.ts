import { describe, expect, it } from 'vitest';
import { takenUpAfterSignup } from '../../src/domain/account-signup.ts';
import { factsOf } from './facts.ts';

const NOW_MS = 1_800_000_000_000;
const LATE_MS = 10 * 60_000;
const dated = (agoMs: number) => ({ readAtMs: NOW_MS, lastOnboardedAtMs: NOW_MS - agoMs });
const LIVE = { status: 'CONNECTED', platformType: 'CLOUD_API' };
const UNPROVED = { codeVerificationStatus: 'NOT_VERIFIED' };

describe('a number of an account whose signup named none', () => {
  it.each([
    ['that the signup dated a moment ago is its own', dated(0), 'signup'],
    ['dated a millisecond before it is too old is its own', dated(LATE_MS - 1), 'signup'],
    ["dated at the limit is somebody else's", dated(LATE_MS), undefined],
    ["dated long ago is somebody else's", dated(LATE_MS + 1), undefined],
    ["that Meta does not date is somebody else's", { readAtMs: NOW_MS }, undefined],
    [
      'that stays on the WhatsApp Business app is its own',
      { ...dated(0), ...LIVE, isOnBizApp: true },
      'signup',
    ],
    ['that is live already is left alone', { ...dated(0), ...LIVE }, undefined],
    ['that nobody has proved waits for a code', { ...dated(LATE_MS), ...UNPROVED }, 'adoption'],
    ['that is banned is left alone', { ...dated(0), status: 'BANNED' }, undefined],
  ])('%s', (_title, changes, taken) => {
    expect(takenUpAfterSignup(factsOf(changes))).toBe(taken);
  });
});
