import { DAY_MS, HOUR_MS } from '../../support/spans.ts';
import {
  APPROVED,
  patched,
  READ_OUT,
  refused,
  refusedOnce,
  REQUEST,
  RETRY,
  reviewed,
  SIGN_UP_AGAIN,
  SUBMIT,
  toldOf,
  WITH_CLIENT,
} from './casting.ts';
import {
  happens,
  hasEnded,
  isNow,
  isStuck,
  later,
  passes,
  types,
  type Act,
  type Story,
} from './story.ts';

const UNPROVED = { scenario: 'otp_missing', number: APPROVED };
const adds = (digits: string) =>
  types(`account add @ --cc 1 --phone-number ${digits} --name "Lucky Shrub"`);
const [ADD, ADD_LATER] = [adds('6315559999'), adds('6315558888')];
const GIVE_UP = types('abandon # --yes --actor Ada');

/** Meta's webhook says until when the account may add none. */
const RESTRICTED: Act = (stage, ids) =>
  toldOf('account_update', 'ACCOUNT_RESTRICTION', {
    untilMs: stage.world.nowMs() + DAY_MS,
  })(stage, ids);
const RAISE_CAP: Act = ({ world }, { account }) =>
  world.meta.patch(`/wabas/${account}`, { max_phone_numbers: 20 });

/** Refusals of what people order. */
export const ORDER_STORIES: readonly Story[] = [
  {
    cause: 'code_not_sent',
    signup: UNPROVED,
    before: refused('/request_code', { code: 136024 }),
    steps: [
      isStuck('not_verified'),
      REQUEST,
      types('code request # --method VOICE'),
      READ_OUT,
      SUBMIT,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'code_wrong',
    signup: UNPROVED,
    steps: [
      isStuck('not_verified'),
      REQUEST,
      types('code submit #', { file: 'code.txt', read: () => Promise.resolve('000001') }),
      REQUEST,
      READ_OUT,
      SUBMIT,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'preverified_lapsed',
    signup: { scenario: 'preverified_lapsed', number: APPROVED },
    steps: [isStuck(), REQUEST, READ_OUT, SUBMIT, hasEnded('ready')],
  },
  {
    cause: 'number_cap',
    signup: { scenario: 'number_cap', number: APPROVED },
    steps: [
      ADD,
      happens('the customer verifies the business, which may have 20 numbers then', RAISE_CAP),
      ADD,
    ],
  },
  {
    cause: 'add_restricted',
    signup: { scenario: 'number_cap', number: APPROVED },
    before: RESTRICTED,
    steps: [
      ADD_LATER,
      later(25 * HOUR_MS),
      happens('the restriction has ended', RAISE_CAP),
      ADD_LATER,
    ],
  },
  {
    cause: 'signup_code_spent',
    signup: UNPROVED,
    steps: [
      types('start @ #', { file: 'code.txt', read: () => Promise.resolve('AQBspent') }),
      later(HOUR_MS),
      happens('the customer goes through Embedded Signup again'),
      SIGN_UP_AGAIN,
      hasEnded('ready'),
    ],
  },
  refusedOnce('name_555', { code: 131037 }, 'Meta approves the name'),
  refusedOnce('payment_problem', { code: 131042 }, 'the customer corrects the payment method'),
  {
    cause: 'paused',
    signup: { number: { ...APPROVED, on_handset: true } },
    steps: [
      isStuck('number_in_use'),
      types('pause # --actor Ada'),
      isStuck(),
      happens('the customer deletes the account in the app', patched({ on_handset: false })),
      types('resume # --actor Bob'),
      RETRY,
      hasEnded('ready'),
    ],
  },
];

/** What no order brings back: the answer that says so, and what begins anew. */
export const ENDING_STORIES: readonly Story[] = [
  {
    cause: 'deadline_passed',
    signup: UNPROVED,
    steps: [
      isStuck('not_verified'),
      passes('14 days pass', 14 * DAY_MS),
      hasEnded('signup-expired'),
      RETRY,
      happens('the customer goes through Embedded Signup again'),
      SIGN_UP_AGAIN,
      isNow(({ stage }) => stage === 'collecting-certificate'),
    ],
  },
  {
    cause: 'number_gone',
    signup: UNPROVED,
    steps: [
      isStuck('not_verified'),
      happens('somebody removes the number from the account', patched({ gone: true })),
      passes('a day passes', DAY_MS),
      hasEnded('abandoned'),
      RETRY,
    ],
  },
  {
    cause: 'waba_rejected',
    signup: { number: APPROVED },
    before: reviewed('REJECTED'),
    steps: [hasEnded('abandoned'), RETRY],
  },
  {
    cause: 'given_up',
    signup: UNPROVED,
    steps: [
      isStuck('not_verified'),
      GIVE_UP,
      hasEnded('abandoned'),
      RETRY,
      happens('the customer goes through Embedded Signup again'),
      SIGN_UP_AGAIN,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'onprem_retired',
    signup: { scenario: 'onprem_retired' },
    how: { platform: 'on-premises', codeMethod: 'sms' },
    before: WITH_CLIENT,
    steps: [hasEnded('abandoned'), RETRY],
  },
  {
    cause: 'banned',
    signup: UNPROVED,
    steps: [
      isStuck('not_verified'),
      happens('Meta bans the number', patched({ status: 'BANNED' })),
      passes('a day passes', DAY_MS),
      hasEnded('abandoned'),
      RETRY,
    ],
  },
];
