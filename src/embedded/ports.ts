import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';
const ASK_AGAIN_MS = 100;
// After a kill, what the last start had left is ended by its leash within this time.
const LEFTOVERS_MS = 10_000;

/** The ports that somebody still listens on, once what a killed start had left has had time to end: `onWait` says so. */
export async function takenPorts(
  ports: readonly number[],
  onWait: (taken: readonly number[]) => void,
): Promise<readonly number[]> {
  const giveUpAtMs = Date.now() + LEFTOVERS_MS;
  let taken = await takenNow(ports);
  if (taken.length > 0) onWait(taken);
  while (taken.length > 0 && Date.now() < giveUpAtMs) {
    await sleep(ASK_AGAIN_MS);
    taken = await takenNow(ports);
  }
  return taken;
}

async function takenNow(ports: readonly number[]): Promise<readonly number[]> {
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_port, i) => free[i] === false);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Resolves true when somebody listens, false when `gone` settles first. */
export async function isListening(port: number, gone: Promise<unknown>): Promise<boolean> {
  let isGone = false;
  void gone.then(() => {
    isGone = true;
  });
  while (!isGone) {
    if (await answers(port)) return true;
    await sleep(ASK_AGAIN_MS);
  }
  return false;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
