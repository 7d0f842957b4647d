import { setTimeout } from 'node:timers/promises';
import { isLocked } from './sqlite-errors.ts';

// A transaction of ours takes a few milliseconds.
const LOOK_AGAIN_MS = 5;

/**
 * Tries again while another connection holds the database. SQLite could wait by itself, but would stop the whole process
 * meanwhile, and with it the connection it waits for when that is in this process.
 */
export async function whenFree<Answer>(
  waitMs: number,
  call: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const giveUpAtMs = performance.now() + waitMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isLocked(error) || performance.now() > giveUpAtMs) throw error;
    }
    await setTimeout(LOOK_AGAIN_MS);
  }
}
