import { mkdir } from 'node:fs/promises';
import { ConfigError } from './config.ts';
import { startLeash } from './embedded/child-process.ts';
import { isDemo as isDemoIn } from './embedded/demo-meta.ts';
import { environmentOf } from './embedded/environment.ts';
import { followNumbers, type FirstEnd } from './embedded/follow.ts';
import { BadOptions, HELP, parseOptions, type EmbeddedOptions } from './embedded/options.ts';
import { startNode, startPrograms, type Start } from './embedded/programs.ts';
import { openSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

const EX_USAGE = 2;
/** sysexits.h: the configuration is at fault. */
const EX_CONFIG = 78;
// A review of seconds and a slow machine; a newcomer waits no longer.
const ONCE_MS = 120_000;

type Ended = FirstEnd | { readonly kind: 'stopped' };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(options: EmbeddedOptions): Promise<Ended> {
  const isDemo = isDemoIn(process.env);
  await mkdir(options.dataDir, { recursive: true });
  const env = await environmentOf(options, { own: process.env, isDemo });
  const leash = startLeash();
  const start: Start = { options, env, isDemo, leash, say };
  const stopped = interrupted();
  const programs = await startPrograms(start);
  const store = await openSqliteStore({
    path: env['STORE_PATH'] ?? '',
    sealingKeyFile: env['KEY_FILE'] ?? '',
    nowMs: Date.now,
  });
  const following = new AbortController();
  try {
    sayWhere(start);
    const isFirstStart = await sayWhatIsKnown(store);
    if (isDemo && isFirstStart) await playDemo(start);
    const failed = programs.failure.then((reason): Ended => ({ kind: 'failed', reason }));
    const ended = firstEnd({ start, store, signal: following.signal });
    return await Promise.race([failed, stopped, ended]);
  } finally {
    following.abort();
    await programs.stop();
    await store.close();
    leash.close();
  }
}

function sayWhere({ options: { ports }, isDemo, env }: Start): void {
  say(`Temporal UI  ${env['TEMPORAL_UI_URL'] ?? ''}`);
  say(`HTTP API     http://127.0.0.1:${ports.http.toString()}/v1/numbers`);
  if (isDemo) say(`Meta (fake)  http://127.0.0.1:${ports.fakeGraph.toString()}/_fake`);
  say('');
}

/** True when nobody has signed up yet. */
async function sayWhatIsKnown(store: Store): Promise<boolean> {
  const numbers = await store.numbers.byDeadline();
  const open = numbers.filter(({ outcome }) => outcome === undefined);
  if (numbers.length > 0)
    say(`${open.length.toString()} of ${numbers.length.toString()} numbers go on where they were.`);
  return numbers.length === 0;
}

/** Customers finish Embedded Signup; what they started shows in the lines that follow. */
async function playDemo(start: Start): Promise<void> {
  const { ports } = start.options;
  await startNode(start, {
    name: 'demo',
    args: [
      'scripts/play-demo.ts',
      ...['--fake-graph', `http://127.0.0.1:${ports.fakeGraph.toString()}`],
      ...['--starter', `http://127.0.0.1:${ports.http.toString()}`],
    ],
    env: start.env,
  });
}

/** Says what happens. Settles only in a `--once` run: with the first number's end, or when that takes too long. */
async function firstEnd(parts: {
  readonly start: Start;
  readonly store: Store;
  readonly signal: AbortSignal;
}): Promise<Ended> {
  const { once, ports } = parts.start.options;
  return await new Promise((resolve, reject) => {
    const onEnd = (end: Ended): void => {
      if (once) resolve(end);
    };
    if (once) {
      const reason = `No certificate within ${(ONCE_MS / 1000).toString()} s. The logs are in the data folder.`;
      setTimeout(() => resolve({ kind: 'failed', reason }), ONCE_MS).unref();
    }
    const { store, signal } = parts;
    followNumbers({ store, ports, say, signal, afterEventId: 0 }, onEnd).catch(reject);
  });
}

function interrupted(): Promise<Ended> {
  return new Promise((resolve) => {
    const stop = (): void => resolve({ kind: 'stopped' });
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const ended = await run(options);
  if (ended.kind === 'stopped') say('Stopped. npm start goes on from here.');
  if (ended.kind === 'certificate') say(`\nCertificate of the first number:\n${ended.certificate}`);
  if (ended.kind === 'failed') process.stderr.write(`${ended.reason}\n`);
  return ended.kind === 'failed' ? 1 : 0;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof BadOptions) return EX_USAGE;
  return error instanceof ConfigError ? EX_CONFIG : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'npm start failed'}\n`);
  process.exitCode = exitCodeOf(error);
}
