import { createRandom, logNormalMs, logUniform, type LogNormal } from './random.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

/** How long Meta reviews a name. */
const REVIEW: LogNormal = { medianMs: 24 * HOUR_MS, p99Ms: 240 * HOUR_MS };
/**
 * From Meta's decision to our door. The median is given; the tail is an assumption, as Meta publishes none: one in a hundred
 * later than a minute, one in a thousand later than two and a half.
 */
const WEBHOOK: LogNormal = { medianMs: 5 * SECOND_MS, p99Ms: 60 * SECOND_MS };

/** What will happen to one number, whoever watches it. */
export interface Fate {
  /** From its registration to Meta's decision about its name. */
  readonly reviewMs: number;
  /** From the decision to the webhook, if that comes. */
  readonly webhookMs: number;
  /** Between 0 and 1: the webhook is lost where this is below the share of lost ones. */
  readonly luck: number;
}

/** The numbers of one account. They come together, as when a business moves in. */
export type Account = readonly Fate[];

/** How many numbers an account has: log-uniform between the two. */
export type Sizes = readonly [least: number, most: number];

/** Of the random numbers: the sizes of accounts draw from another stream than any number does. */
const SIZES_STREAM = -1;

export interface Draw {
  readonly seed: number;
  readonly numbers: number;
}

/** The same numbers meet the same fates whatever the sizes; the last account is as small as what is left. */
export function drawAccounts(sizes: Sizes, { seed, numbers }: Draw): readonly Account[] {
  const random = createRandom(seed, SIZES_STREAM);
  const accounts: Account[] = [];
  for (let begun = 0; begun < numbers; begun += accounts.at(-1)?.length ?? 0) {
    const length = Math.min(logUniform(random, sizes), numbers - begun);
    const first = begun;
    accounts.push(Array.from({ length }, (_, n) => fateOf(seed, first + n)));
  }
  return accounts;
}

function fateOf(seed: number, n: number): Fate {
  const random = createRandom(seed, n);
  return {
    reviewMs: logNormalMs(random, REVIEW),
    webhookMs: logNormalMs(random, WEBHOOK),
    luck: random(),
  };
}
