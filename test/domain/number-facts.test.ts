import { describe, expect, it } from 'vitest';
import { needsRegistration, registrationOf } from '../../src/domain/number-facts.ts';
import { nameMeaningOf } from '../../src/domain/name-status.ts';
import { bareFacts, factsOf } from './facts.ts';

describe('whether a number is registered', () => {
  it.each([
    ['CONNECTED', 'CLOUD_API', 'registered'],
    ['FLAGGED', 'CLOUD_API', 'registered'],
    ['RESTRICTED', 'CLOUD_API', 'registered'],
    ['RATE_LIMITED', 'CLOUD_API', 'registered'],
    ['CONNECTED', undefined, 'registered'],
    ['CONNECTED', 'ON_PREMISE', 'unclear'],
    ['CONNECTED', 'NOT_APPLICABLE', 'unclear'],
    ['PENDING', 'NOT_APPLICABLE', 'not-registered'],
    ['UNVERIFIED', undefined, 'not-registered'],
    ['DISCONNECTED', 'NOT_APPLICABLE', 'not-registered'],
    ['PENDING', 'CLOUD_API', 'unclear'],
    ['BANNED', 'CLOUD_API', 'banned'],
    ['DELETED', undefined, 'gone'],
    ['MIGRATED', 'CLOUD_API', 'gone'],
    ['UNKNOWN', 'CLOUD_API', 'unclear'],
    ['A_NEW_WORD', 'NOT_APPLICABLE', 'unclear'],
  ])('is read from status %s on platform %s: %s', (status, platformType, expected) => {
    const read = {
      ...bareFacts(),
      status,
      ...(platformType === undefined ? {} : { platformType }),
    };
    expect(registrationOf(read)).toBe(expected);
  });

  it.each([
    ['STANDARD', 'CLOUD_API', 'registered'],
    ['NOT_APPLICABLE', 'CLOUD_API', 'unclear'],
    ['STANDARD', 'ON_PREMISE', 'unclear'],
  ])(
    'falls back on throughput %s of %s when Meta shows no status: %s',
    (level, platform, expected) => {
      const facts = { ...bareFacts(), throughputLevel: level, platformType: platform };
      expect(registrationOf(facts)).toBe(expected);
    },
  );

  it('does not follow from an expired proof of ownership: live numbers show one', () => {
    const facts = factsOf({
      status: 'CONNECTED',
      platformType: 'CLOUD_API',
      codeVerificationStatus: 'EXPIRED',
    });
    expect(registrationOf(facts)).toBe('registered');
  });

  it('is never wanted for a number on the WhatsApp Business app, nor on an unclear read', () => {
    expect(needsRegistration(factsOf())).toBe(true);
    expect(needsRegistration(factsOf({ isOnBizApp: true }))).toBe(false);
    expect(needsRegistration(factsOf({ status: 'UNKNOWN' }))).toBe(false);
  });
});

describe('what a name_status means', () => {
  it.each([
    ['APPROVED', 'approved'],
    ['AVAILABLE_WITHOUT_REVIEW', 'approved'],
    ['PENDING_REVIEW', 'in-review'],
    ['DECLINED', 'declined'],
    ['EXPIRED', 'expired'],
    ['NONE', 'in-review'],
    ['NON_EXISTS', 'in-review'],
    ['SOMETHING_NEW', 'unknown'],
    [undefined, 'unknown'],
  ])('%s is %s', (nameStatus, meaning) => {
    expect(nameMeaningOf(nameStatus)).toBe(meaning);
  });
});
