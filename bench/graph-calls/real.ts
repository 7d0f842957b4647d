import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account, Sizes } from './accounts.ts';

/** Numbers in one account. With many more at once the time-skipping server tends to stop for good. */
export const REAL_SIZES: Sizes = [1, 50];

const PROGRAM = join(import.meta.dirname, '../play-account.ts');
const TRIES = 3;
/** Of real time. The largest account takes half a minute on a busy machine. */
const STALLED_MS = 120_000;

interface Options {
  /** The share of webhooks that are lost. */
  readonly loss: number;
  readonly report: (line: string) => void;
}

/**
 * The same numbers through the real workflows: an account at a time, each in a process of its own. Answers with the calls per
 * number.
 */
export async function playForReal(
  accounts: readonly Account[],
  { loss, report }: Options,
): Promise<number> {
  let calls = 0;
  let numbers = 0;
  for (const account of accounts) {
    calls += await play(account, { loss, report });
    numbers += account.length;
    report(`${numbers} numbers: ${calls} calls`);
  }
  return Math.round((1000 * calls) / numbers) / 1000;
}

/** The time-skipping server now and then stops for good; what it has not shown then, it shows in another run. */
async function play(account: Account, { loss, report }: Options): Promise<number> {
  const order = JSON.stringify({ account, loss });
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      const options = { timeout: STALLED_MS };
      const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, order], options);
      return Number(stdout);
    } catch (error) {
      if (left === 0) throw error;
      report('the time-skipping server has stopped; once more');
    }
  }
}
