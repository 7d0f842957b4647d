import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { steer } from '../support/fake-meta.ts';
import {
  commandsIn,
  leftoversOf,
  newPlace,
  processesOf,
  start,
  type Place,
  type RunningStart,
} from './embedded-start.ts';

const places: Place[] = [];
afterAll(async () => {
  for (const place of places) {
    for (const pid of processesOf(place)) process.kill(pid, 'SIGKILL');
    await rm(place.dir, { recursive: true, force: true });
  }
});

async function aPlace(): Promise<Place> {
  const place = await newPlace();
  places.push(place);
  return place;
}

function npmStart(place: Place, ...options: string[]): RunningStart {
  return start(place, options, { TEMPORAL_CLI: inject('temporalCli') });
}

const fakeGraphOf = ({ ports }: Place): string => `http://127.0.0.1:${ports.fakeGraph}`;

/** Runs a command as a person would who has copied it from the terminal. */
async function runCommand(command: string | undefined): Promise<void> {
  await promisify(execFile)('sh', ['-c', command ?? 'false'], { timeout: 15_000 });
}

const ledgerSchema = z.object({
  requests: z.array(
    z.object({ number: z.string().optional(), path: z.string(), effectApplied: z.boolean() }),
  ),
});

/** For each number that was registered: the requests about it as words, `register` in capitals where it took effect. */
async function storiesOf(place: Place): Promise<readonly string[]> {
  const answer = await request(`${fakeGraphOf(place)}/_fake/ledger`);
  const { requests } = ledgerSchema.parse(await answer.body.json());
  const stories = new Map<string, string>();
  for (const { number, path, effectApplied } of requests) {
    if (number === undefined) continue;
    const word = path.endsWith('/register') ? 'register' : 'read';
    const before = stories.get(number) ?? '';
    stories.set(number, `${before} ${effectApplied ? word.toUpperCase() : word}`);
  }
  return [...stories.values()];
}

describe.concurrent('npm start', () => {
  it('prints the certificate of the first number within 60 s and ends, with --once', async () => {
    const place = await aPlace();
    const once = npmStart(place, '--once');

    expect(await once.exited, once.stdout() + once.stderr()).toBe(0);
    const [, certificate = ''] =
      /Certificate of the first number:\n(.+)\n$/.exec(once.stdout()) ?? [];
    expect(certificate).toMatch(/^(?:[A-Za-z0-9+/]{4}){20,}(?:[A-Za-z0-9+/]{2,3}={1,2})?$/);
    expect(once.stderr()).toBe('');
    expect(await leftoversOf(place)).toEqual([]);
  });

  it('goes on with every number after a SIGKILL, and its printed commands free those that are stuck', async () => {
    const place = await aPlace();
    const killed = npmStart(place);
    await Promise.all([
      killed.says(/Lucky Shrub +registered/),
      killed.says(/BLUE DOOR \S+ +registered/),
      killed.says(/Corner Bakery +needs-action/),
    ]);
    killed.kill('SIGKILL');
    await killed.exited;

    const again = npmStart(place);
    await again.says(/[123] of 3 numbers go on where they were/);
    await again.says(/Corner Bakery +needs-action[^]*\/retry\n/);
    const [free, retry] = commandsIn(again.stdout());
    await runCommand(free);
    await runCommand(retry);
    await again.says(/BLUE DOOR \S+ +needs-action[^]*"Blue Door"/);
    await runCommand(commandsIn(again.stdout())[2]);
    await Promise.all([
      again.says(/Lucky Shrub +ready/),
      again.says(/Corner Bakery +ready/),
      again.says(/Blue Door +ready/),
    ]);

    const stories = await storiesOf(place);
    expect(stories).toHaveLength(3);
    for (const story of stories) expect(story).not.toMatch(/register register/i);
    // The new name is applied by registering once more.
    const registrations = stories.map((story) => story.split('REGISTER').length - 1);
    expect(registrations.toSorted(), stories.join('\n')).toEqual([1, 1, 2]);
    again.kill('SIGTERM');
    expect(await again.exited).toBe(0);
    expect(again.stdout()).toMatch(/Stopping …\nStopped\.\n$/);
    expect(await leftoversOf(place)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'leaves nothing running after a Ctrl-C while it starts',
    async () => {
      const place = await aPlace();
      const early = npmStart(place);
      await early.says(/Starting Temporal/);
      // The process itself, its leash and Temporal.
      while (processesOf(place).length < 3) await sleep(10);
      early.kill('SIGINT');
      expect(await early.exited).toBeNull();
      expect(early.stderr()).toBe('');
      expect(early.stdout()).not.toContain('Temporal UI');
      expect(await leftoversOf(place)).toEqual([]);
    },
  );

  it('tells why the first number did not get there, with --once', async () => {
    const place = await aPlace();
    const once = npmStart(place, '--once');
    await once.says(/Meta \(fake\)/);
    // No review ends any more, so that no other number is ready first.
    const meta = steer(fakeGraphOf(place));
    await meta.post('/clock', { mode: 'frozen' });
    await once.says(/\/retry\n/);
    const [free = '', retry] = commandsIn(once.stdout());
    const [, id = ''] = /numbers\/([0-9]+)/.exec(free) ?? [];
    await meta.patch(`/numbers/${id}`, { status: 'BANNED' });
    await runCommand(retry);

    expect(await once.exited).toBe(1);
    expect(once.stderr()).toBe('Meta banned this number. Appeal in WhatsApp Manager.\n');
    expect(await leftoversOf(place)).toEqual([]);
  });
});

interface Failure {
  /** Before the start. */
  readonly arrange?: (place: Place) => Promise<void>;
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly stderr: (place: Place) => string;
}

const FAILURES: readonly (readonly [string, Failure])[] = [
  [
    'an option nobody knows',
    {
      options: ['--ones'],
      code: 2,
      stderr: () => "Unknown option '--ones'\nnpm start -- --help lists the options.\n",
    },
  ],
  [
    'bad ports, all at once',
    {
      options: ['--port', 'x', '--temporal-port', '65536'],
      code: 2,
      stderr: () =>
        '--port must be a number from 1 to 65535\n--temporal-port must be a number from 1 to 65535\n',
    },
  ],
  [
    'a configuration with several errors, all at once',
    {
      env: { META_APP_ID: '1', POLL_INTERVAL: 'soon' },
      code: 78,
      stderr: () =>
        'META_APP_SECRET: missing\nMETA_VERIFY_TOKEN: missing\nPOLL_INTERVAL: is no duration; write 10m\n',
    },
  ],
  [
    'a file in place of its data folder',
    {
      arrange: ({ dataDir }) => writeFile(dataDir, ''),
      code: 1,
      stderr: ({ dataDir }) =>
        `The data folder ${dataDir} cannot be used (EEXIST). Choose another: npm start -- --data <folder>\n`,
    },
  ],
  [
    'a database that is none',
    {
      arrange: async ({ dataDir }) => {
        await mkdir(dataDir);
        await writeFile(join(dataDir, 'onboarding.db'), 'no database at all'.repeat(1000));
      },
      code: 1,
      stderr: () => 'The database file is damaged or no database. Restore it from a backup.\n',
    },
  ],
  [
    'a Temporal CLI that is not there',
    {
      env: { TEMPORAL_CLI: '/nowhere/temporal' },
      code: 1,
      stderr: () => 'TEMPORAL_CLI=/nowhere/temporal does not exist.\n',
    },
  ],
];

describe.concurrent('npm start does not start with', () => {
  it.for(FAILURES)('%s', async ([, failure]) => {
    const place = await aPlace();
    await failure.arrange?.(place);
    const env = { TEMPORAL_CLI: inject('temporalCli'), ...failure.env };
    const failed = start(place, failure.options ?? [], env);

    expect(await failed.exited).toBe(failure.code);
    expect(failed.stderr()).toBe(failure.stderr(place));
    expect(failed.stdout()).not.toContain('Temporal UI');
    expect(await leftoversOf(place)).toEqual([]);
  });

  it('a port that somebody else listens on, and names it', async () => {
    const place = await aPlace();
    const other = createServer().listen(place.ports.http, '127.0.0.1');
    await once(other, 'listening');
    try {
      const failed = npmStart(place);
      expect(await failed.exited).toBe(1);
      const { http } = place.ports;
      expect(failed.stdout()).toContain(
        `Port ${http} is taken, maybe still by a start that was killed`,
      );
      expect(failed.stderr()).toBe(
        `Port ${http} is taken: end what listens there, or choose others (npm start -- --help).\n`,
      );
      expect(await leftoversOf(place)).toEqual([]);
    } finally {
      other.close();
    }
  });
});
