import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}

/** A process nobody has collected yet still has its number, but runs no more. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1);
    return afterName?.startsWith('Z') === false;
  } catch {
    return false;
  }
}

export async function goneWithin(pid: number, limitMs: number): Promise<boolean> {
  const giveUpAtMs = Date.now() + limitMs;
  while (isRunning(pid)) {
    if (Date.now() > giveUpAtMs) return false;
    await sleep(20);
  }
  return true;
}
