import { ConfigError } from './config.ts';
import { startLeash } from './embedded/child-process.ts';
import { prepareDataDir } from './embedded/data-dir.ts';
import { isDemo as isDemoIn } from './embedded/demo-meta.ts';
import { environmentOf } from './embedded/environment.ts';
import { followNumbers, type FirstEnd } from './embedded/follow.ts';
import { BadOptions, HELP, parseOptions, type EmbeddedOptions } from './embedded/options.ts';
import { endOf, startNode, startPrograms, type Start } from './embedded/programs.ts';
import type { Secret } from './domain/secret.ts';
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
  await prepareDataDir(options.dataDir);
  const env = await environmentOf(options, { own: process.env, isDemo });
  const store = await openSqliteStore({
    path: env['STORE_PATH'] ?? '',
    sealingKeyFile: env['KEY_FILE'] ?? '',
    nowMs: Date.now,
  });
  const leash = startLeash();
  try {
    return await runPrograms({ options, env, isDemo, leash, say }, store);
  } finally {
    await store.close();
    leash.close();
  }
}

async function runPrograms(start: Start, store: Store): Promise<Ended> {
  say(
    `Starting Temporal,${start.isDemo ? ' an emulator of Meta,' : ''} the HTTP edge and the worker …`,
  );
  const programs = await startPrograms(start);
  const following = new AbortController();
  try {
    // Not before: until here a Ctrl-C ends this process at once, and the leash what it has started.
    const stopped = interrupted();
    sayWhere(start, await store.sessions.offerLogin({ owner: 'you', role: 'admin' }));
    await sayOrPlayFirst(start, store);
    const failed = programs.failure.then((reason): Ended => ({ kind: 'failed', reason }));
    const ended = firstEnd({ start, store, signal: following.signal });
    return await Promise.race([failed, stopped, ended]);
  } finally {
    following.abort();
    await programs.stop();
  }
}

function sayWhere({ options: { ports, dataDir }, isDemo, env }: Start, word: Secret): void {
  say('');
  say(`Console      http://127.0.0.1:${ports.http}/login/${word.reveal()}`);
  say('             logs one browser in, within ten minutes');
  say(`Temporal UI  ${env['TEMPORAL_UI_URL'] ?? ''}`);
  say(`HTTP API     http://127.0.0.1:${ports.http}/v1/numbers`);
  if (isDemo) say(`Meta (fake)  http://127.0.0.1:${ports.fakeGraph}/_fake`);
  say(`State, logs  ${dataDir}`);
  say('Ctrl-C stops everything; the next npm start goes on from there.');
  say('');
}

/** What is known from earlier starts; in a new demo, customers who sign up. */
async function sayOrPlayFirst(start: Start, store: Store): Promise<void> {
  const { rows: numbers } = await store.fleet.list({});
  const open = numbers.filter(({ outcome }) => outcome === undefined);
  if (numbers.length > 0) {
    say(
      `${open.length} of ${numbers.length} numbers go on where they were. What has happened so far:`,
    );
  } else if (start.isDemo) {
    say(
      'Three customers finish Embedded Signup. One number goes through by itself, two need help:',
    );
    await playDemo(start);
  } else {
    const { http } = start.options.ports;
    say(`No number yet. What is posted to http://127.0.0.1:${http}/v1/signups shows here:`);
  }
}

/** What the customers started shows in the lines that follow. */
async function playDemo(start: Start): Promise<void> {
  const { ports } = start.options;
  const demo = await startNode(start, {
    name: 'demo',
    args: [
      'scripts/play-demo.ts',
      ...['--fake-graph', `http://127.0.0.1:${ports.fakeGraph}`],
      ...['--starter', `http://127.0.0.1:${ports.http}`],
    ],
    env: start.env,
  });
  void endOf(demo, start).then(({ isGood, sentence }) => {
    if (!isGood) say(sentence);
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
      const reason = `No certificate within ${ONCE_MS / 1000} s. The logs are in the data folder.`;
      setTimeout(resolve, ONCE_MS, { kind: 'failed', reason }).unref();
    }
    const { store, signal } = parts;
    followNumbers({ store, ports, say, signal, afterEventId: 0 }, onEnd).catch(reject);
  });
}

function interrupted(): Promise<Ended> {
  return new Promise((resolve) => {
    const stop = (): void => {
      say('\nStopping …');
      resolve({ kind: 'stopped' });
    };
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
  if (ended.kind === 'stopped') say('Stopped.');
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
