import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../support/spans.ts';
import {
  APPROVED,
  patched,
  READ_OUT,
  refused,
  refusedOnce,
  REQUEST,
  RETRY,
  SUBMIT,
} from './casting.ts';
import { happens, hasEnded, isNow, isStuck, later, passes, types, type Story } from './story.ts';

/** What keeps a number from its registration until a person acts. */
export const REGISTRATION_STORIES: readonly Story[] = [
  {
    cause: 'not_verified',
    signup: { scenario: 'otp_missing', number: APPROVED },
    steps: [isStuck(), REQUEST, READ_OUT, SUBMIT, hasEnded('ready')],
  },
  {
    cause: 'number_in_use',
    signup: { number: { ...APPROVED, on_handset: true } },
    steps: [
      isStuck(),
      happens('the customer deletes the account in the app', patched({ on_handset: false })),
      types('numbers freed # --actor Ada'),
      hasEnded('ready'),
    ],
  },
  {
    cause: 'ownership_not_confirmed',
    signup: { scenario: 'ownership_again', number: APPROVED },
    steps: [isStuck(), REQUEST, READ_OUT, SUBMIT, RETRY, hasEnded('ready')],
  },
  {
    cause: 'old_two_step',
    signup: { scenario: 'old_two_step', number: APPROVED },
    steps: [
      isStuck(),
      happens('the previous provider switches it off', patched({ old_two_step: false })),
      RETRY,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'pin_mismatch',
    signup: { scenario: 'foreign_pin', number: APPROVED },
    before: (stage, ids) => refused(`/${ids.id}$`, { code: 133005 })(stage, ids),
    steps: [
      isStuck(),
      types('pin set # --current', { file: 'pin.txt', read: () => Promise.resolve('271828') }),
      RETRY,
      hasEnded('ready'),
    ],
  },
  refusedOnce(
    'certificate_unclear',
    { code: 100, subcode: 2388001, error_user_title: 'Cannot Create Certificate' },
    'you see in WhatsApp Manager what it is, and repair it',
  ),
  {
    cause: 'half_deregistered',
    signup: { scenario: 'half_deregistered', number: APPROVED },
    before: refused('/deregister', { code: 100 }),
    steps: [
      later(10 * MINUTE_MS),
      isStuck(),
      types('deregister # --yes'),
      RETRY,
      hasEnded('ready'),
    ],
  },
  refusedOnce('migration_needed', { code: 2388012 }, "the customer finishes Meta's migration"),
  {
    cause: 'success_not_visible',
    signup: { number: APPROVED },
    before: ({ world }, { id }) =>
      world.meta.post('/faults', {
        match: { number: id, path: '/register', times: 2 },
        ...{ kind: 'effect_late', minutes: 600 },
      }),
    steps: [
      passes('Meta says success twice, and two hours later still shows nothing', 3 * HOUR_MS),
      isStuck(),
      passes('Meta mends it after your case, and half a day later a read sees it', 15 * HOUR_MS),
      hasEnded('ready'),
    ],
  },
  {
    cause: 'deregistered_elsewhere',
    signup: { number: { name_status: 'PENDING_REVIEW', review: null } },
    steps: [
      isNow(({ stage }) => stage === 'following-name'),
      happens('another partner takes the number off', patched({ registered_at: null })),
      passes('a day passes', DAY_MS),
      isStuck(),
      happens('the customer did not mean it'),
      RETRY,
      isNow(({ stage }) => stage === 'following-name'),
    ],
  },
];
