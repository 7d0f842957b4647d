// A program of its own, so that it outlives a parent that is killed and can end what that parent had started.
import { setTimeout as sleep } from 'node:timers/promises';

export type LeashOrder =
  | { readonly kind: 'hold'; readonly pid: number }
  | { readonly kind: 'release'; readonly pid: number };

const LOOK_AGAIN_MS = 50;

const graceMs = Number(process.argv[2]);
const held = new Set<number>();

process.on('message', (message) => {
  if (!isOrder(message)) return;
  if (message.kind === 'hold') held.add(message.pid);
  else held.delete(message.pid);
});

process.once('disconnect', () => void endAll());

async function endAll(): Promise<void> {
  const killAtMs = Date.now() + graceMs;
  signalAll('SIGTERM');
  while (held.size > 0 && Date.now() < killAtMs) {
    await sleep(LOOK_AGAIN_MS);
    signalAll(0);
  }
  signalAll('SIGKILL');
  process.exit(0);
}

/** Whoever cannot be signalled is gone, and its number may soon be somebody else's. */
function signalAll(signal: NodeJS.Signals | 0): void {
  for (const pid of held) {
    try {
      process.kill(pid, signal);
    } catch {
      held.delete(pid);
    }
  }
}

function isOrder(message: unknown): message is LeashOrder {
  if (typeof message !== 'object' || message === null) return false;
  if (!('kind' in message) || !('pid' in message)) return false;
  return ['hold', 'release'].some((kind) => kind === message.kind) && Number.isInteger(message.pid);
}
