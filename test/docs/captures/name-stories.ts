import { DAY_MS, HOUR_MS } from '../../support/spans.ts';
import { APPROVED, IN_REVIEW, patched, refused, RETRY } from './casting.ts';
import { happens, hasEnded, isNow, isStuck, passes, types, type Story } from './story.ts';

const RENAME = types('name change # "Luckier Shrub" --actor Ada');

export const NAME_STORIES: readonly Story[] = [
  {
    cause: 'name_declined',
    signup: { scenario: 'declined_then_renamed' },
    steps: [
      passes('a day and some hours pass', 31 * HOUR_MS),
      isStuck(),
      RENAME,
      passes('two days pass, in which Meta reviews it', 2 * DAY_MS),
      hasEnded('ready'),
    ],
  },
  {
    cause: 'certificate_expired',
    signup: { number: { name_status: 'EXPIRED', review: null } },
    steps: [
      isStuck(),
      happens('the customer requests the certificate anew in WhatsApp Manager', patched(APPROVED)),
      RETRY,
      hasEnded('ready'),
    ],
  },
  {
    cause: 'rename_window_missed',
    signup: { scenario: 'rename_missed', number: { rename_review: IN_REVIEW.review } },
    steps: [
      hasEnded('ready'),
      RENAME,
      isNow(({ task, outcome }) => task !== undefined && outcome === undefined),
      passes('two days pass', 2 * DAY_MS),
      hasEnded('ready'),
    ],
  },
  {
    cause: 'rename_limit',
    signup: { number: { name_status: 'DECLINED', review: null, rename_review: IN_REVIEW.review } },
    before: (stage, ids) =>
      refused(`/${ids.id}$`, {
        code: 100,
        details: 'The display name can be changed 10 times in 30 days.',
      })(stage, ids),
    steps: [
      isStuck('name_declined'),
      RENAME,
      isStuck(),
      passes('the oldest change is 30 days old', 30 * DAY_MS),
      RENAME,
      passes('two days pass', 2 * DAY_MS),
      hasEnded('ready'),
    ],
  },
  {
    cause: 'rename_due',
    signup: { scenario: 'rename_reregister' },
    steps: [isStuck('name_in_review'), passes('two days pass', 2 * DAY_MS), hasEnded('ready')],
  },
];
