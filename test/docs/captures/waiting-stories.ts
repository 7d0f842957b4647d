import { digitsOf } from '../../../src/domain/phone-number.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../support/spans.ts';
import { APPROVED, IN_REVIEW, patched, refused, RETRY, reviewed, toldOf } from './casting.ts';
import { happens, hasEnded, isNow, isStuck, later, passes, type Act, type Story } from './story.ts';

/** What the service has sent before, refused each time. */
const sixAttempts: Act = async ({ world }, { id: phoneNumberId }) => {
  for (let n = 1; n <= 6; n += 1) {
    const order = { requestKey: `before/${n}`, kind: 'automatic', inFlightMs: 1 } as const;
    await world.store.attempts.reserve({ phoneNumberId, ...order });
    await world.store.attempts.startSending(phoneNumberId, n);
    await world.store.attempts.close(phoneNumberId, n, { state: 'refused' });
  }
};

/** Refused once, and passing by itself. */
function passing(cause: Story['cause'], answer: object, [text, spanMs]: [string, number]): Story {
  return {
    cause,
    signup: { number: APPROVED },
    before: refused('/register', answer),
    steps: [isStuck(), passes(text, spanMs), hasEnded('ready')],
  };
}

export const WAITING_STORIES: readonly Story[] = [
  {
    cause: 'budget_spent',
    signup: { number: APPROVED },
    before: sixAttempts,
    steps: [
      isStuck(),
      happens('you know why the six failed, and have repaired it'),
      RETRY,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'attempts_locked',
    signup: { scenario: 'attempts_locked', number: APPROVED },
    steps: [isStuck(), RETRY, passes('72 hours pass', 73 * HOUR_MS), hasEnded('ready')],
  },
  {
    cause: 'pin_locked',
    signup: { number: APPROVED },
    before: refused('/register', { code: 133008, details: 'Try again in 12 hours.' }),
    steps: [isStuck(), RETRY, passes('12 hours pass', 13 * HOUR_MS), hasEnded('ready')],
  },
  {
    cause: 'name_not_ready',
    signup: { scenario: 'name_not_ready_3d', number: { review: { after_ms: HOUR_MS } } },
    steps: [isStuck(), passes('four days pass', 4 * DAY_MS), hasEnded('ready')],
  },
  passing('throttled', { code: 80007 }, ['some minutes pass', 10 * MINUTE_MS]),
  {
    cause: 'meta_down',
    signup: { number: APPROVED },
    before: refused('/register', { code: 131016 }),
    steps: [
      // Such an answer to a registration proves nothing, so that is what the number waits with.
      isStuck('outcome_unknown'),
      passes('some minutes pass', 15 * MINUTE_MS),
      hasEnded('ready'),
    ],
  },
  passing('maintenance', { code: 2494100 }, ['some minutes pass', 10 * MINUTE_MS]),
  {
    cause: 'recently_deleted',
    signup: { scenario: 'recently_deleted', number: APPROVED },
    steps: [isStuck(), passes('some minutes pass', 10 * MINUTE_MS), hasEnded('ready')],
  },
  {
    cause: 'waba_in_review',
    signup: { number: APPROVED },
    before: reviewed('PENDING'),
    steps: [
      isStuck(),
      happens('Meta approves the account', reviewed('APPROVED')),
      later(MINUTE_MS),
      hasEnded('ready'),
    ],
  },
  {
    cause: 'name_in_review',
    signup: { number: IN_REVIEW },
    steps: [isStuck(), passes('a day and some hours pass', 31 * HOUR_MS), hasEnded('ready')],
  },
  {
    cause: 'not_registered',
    signup: { number: APPROVED },
    before: refused('/register', { code: 133010 }),
    steps: [isStuck(), RETRY, hasEnded('ready')],
  },
  {
    cause: 'outcome_unknown',
    signup: { number: APPROVED },
    before: ({ world }, { id }) =>
      world.meta.post('/faults', {
        match: { number: id, path: '/register', times: 1 },
        kind: 'drop_before',
      }),
    steps: [isStuck(), passes('some minutes pass', 20 * MINUTE_MS), hasEnded('ready')],
  },
  {
    cause: 'pin_changed_outside',
    signup: { number: { ...APPROVED, on_handset: true } },
    steps: [
      isStuck('number_in_use'),
      happens('the customer frees the number, and changes its PIN', async (stage, ids) => {
        await patched({ on_handset: false, pin: '271828' })(stage, ids);
        const row = await stage.world.store.numbers.byId(ids.id);
        const digits = digitsOf(row?.displayPhoneNumber ?? '');
        await toldOf('security', 'PIN_CHANGED', { digits })(stage, ids);
      }),
      RETRY,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'coexistence',
    signup: { scenario: 'coexistence' },
    steps: [isNow(({ outcome }) => outcome !== undefined)],
  },
];
