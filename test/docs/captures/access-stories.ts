import { DAY_MS, MINUTE_MS } from '../../support/spans.ts';
import {
  APPROVED,
  mended,
  patched,
  refusedAlways,
  refusedOnce,
  RETRY,
  SIGN_UP_AGAIN,
} from './casting.ts';
import { happens, hasEnded, isStuck, later, passes, types, type Story } from './story.ts';

const OTP_MISSING = { scenario: 'otp_missing', number: APPROVED };

/** What keeps us from asking Meta, and what only we can mend. */
export const ACCESS_STORIES: readonly Story[] = [
  {
    cause: 'token_invalid',
    signup: OTP_MISSING,
    steps: [
      isStuck('not_verified'),
      happens('the customer takes our access back', patched({ tokens_revoked_after_ms: 0 })),
      passes('a day passes', DAY_MS),
      isStuck(),
      happens('the customer goes through Embedded Signup again'),
      SIGN_UP_AGAIN,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'permission_lost',
    signup: { number: APPROVED },
    before: refusedAlways({ code: 10 }),
    steps: [
      later(MINUTE_MS),
      isStuck(),
      happens('the customer makes the app a partner of the account again', mended),
      types('account subscribe @'),
      RETRY,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'app_setup',
    signup: { number: APPROVED },
    before: refusedAlways({ code: 104 }),
    steps: [
      later(MINUTE_MS),
      isStuck(),
      happens('META_APP_SECRET is corrected, worker and starter are restarted', mended),
      RETRY,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'account_locked',
    signup: { number: { ...APPROVED, waba_ban_state: 'DISABLE' } },
    steps: [
      isStuck(),
      happens('the customer appeals, and Meta lifts it', patched({ waba_ban_state: 'REINSTATE' })),
      RETRY,
      hasEnded('ready'),
    ],
  },
  refusedOnce(
    'bad_request',
    { code: 131009 },
    'you report it, and install the release that mends it',
  ),
  refusedOnce('unknown_refusal', { code: 999_999 }, 'you look the code up at Meta, and repair it'),
];
