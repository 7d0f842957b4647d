import { expect, it } from 'vitest';
import type { EventKind } from '../../src/contract/activities.ts';
import { publicTypeOf } from '../../src/contract/partner-events.ts';

it.each<readonly [EventKind, string | undefined]>([
  ['signed-up', undefined],
  ['verified', 'number.verified'],
  ['attempt', undefined],
  ['repaired', undefined],
  ['registered', 'number.registered'],
  ['needs-action', 'number.needs_action'],
  ['deadline-at-risk', 'number.deadline_at_risk'],
  ['waiting', undefined],
  ['retried', undefined],
  ['name-decided', 'number.name_decided'],
  ['name-undecided', 'number.name_undecided'],
  ['certificate-collected', 'number.certificate_available'],
  ['ready', 'number.ready'],
  ['signup-expired', 'number.signup_expired'],
  ['abandoned', 'number.abandoned'],
])('a number that has "%s" in its history tells the partner %s', (kind, type) => {
  expect(publicTypeOf(kind)).toBe(type);
});
