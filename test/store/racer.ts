import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Home } from './test-store.ts';

export type Race = 'reserve' | 'send' | 'pin' | 'permit' | 'claim' | 'accept';
type Request = Race | 'load' | 'open' | 'accept-for-ever';

export interface Racer {
  /** Fails when the process is gone before it has answered. */
  ask(what: Request, argument?: string): Promise<string>;
  open(home: Home): Promise<string>;
  /** What an endless request has told so far. */
  readonly told: readonly string[];
  kill(): Promise<void>;
}

const replySchema = z.object({ id: z.number(), answer: z.string() });

/** Starts another process. It has loaded its code when this resolves. */
export async function startRacer(): Promise<Racer> {
  const program = fileURLToPath(new URL('./racer-program.ts', import.meta.url));
  const child = fork(program, [], { execArgv: [] });
  const answers = new EventEmitter();
  const told: string[] = [];
  let lastId = 0;
  child.on('message', (message) => {
    const { id, answer } = replySchema.parse(message);
    if (id === 0) told.push(answer);
    else answers.emit(String(id), answer);
  });
  child.once('exit', () => answers.emit('error', new Error('the process is gone')));
  // Nobody waits for an answer then.
  answers.on('error', () => undefined);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const ask = async (what: Request, argument = ''): Promise<string> => {
    const id = ++lastId;
    const answer = once(answers, String(id));
    child.send({ id, what, argument });
    return z.tuple([z.string()]).parse(await answer)[0];
  };
  await ask('load');
  return { ask, open: (home) => ask('open', textOf(home)), told, kill };
}

/** With the password in clear, which no accident would print. */
function textOf({ place, sealingKeyFile }: Home): string {
  const password = place.kind === 'postgres' ? place.password?.reveal() : '';
  return JSON.stringify({ place, sealingKeyFile, password });
}
