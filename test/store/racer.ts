import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export type Request = 'load' | 'open' | 'reserve' | 'pin' | 'accept-for-ever';

export interface Racer {
  ask(what: Request, argument?: string): Promise<string>;
  /** What an endless request has told so far. */
  readonly told: readonly string[];
  kill(): Promise<void>;
}

const replySchema = z.object({ id: z.number(), answer: z.string() });

/** Starts another process that opens stores in `folder`. It has loaded its code when this resolves. */
export async function startRacer(folder: string): Promise<Racer> {
  const program = fileURLToPath(new URL('./racer-program.ts', import.meta.url));
  const child = fork(program, [folder], { execArgv: [] });
  const waiting = new Map<number, (answer: string) => void>();
  const told: string[] = [];
  let lastId = 0;
  child.on('message', (message) => {
    const { id, answer } = replySchema.parse(message);
    if (id === 0) told.push(answer);
    waiting.get(id)?.(answer);
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const ask = (what: Request, argument = ''): Promise<string> => {
    const id = ++lastId;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      child.send({ id, what, argument });
    });
  };
  await ask('load');
  return { ask, told, kill };
}
