import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { canariesIn, type Canary } from '../support/canary.ts';
import { freePort } from '../support/free-port.ts';

const CANARIES: readonly Canary[] = [
  { name: 'app secret', value: '0123456789abcdef0123456789abcdef' },
  { name: 'verify token', value: 'a-verify-token-of-the-app' },
  { name: 'API token', value: 'an-api-token-of-more-than-32-characters' },
  { name: 'access token', value: `EAA${'Gm0PX4ZCpsBA'.repeat(4)}` },
  { name: 'phone number', value: '+1 631-555-1111' },
];
const [APP_SECRET, VERIFY_TOKEN, API_TOKEN] = CANARIES.map(({ value }) => value);

it.each(['starter', 'worker'])(
  'no secret of a number is in what the %s says when an error nobody expected ends it',
  async (program) => {
    const dir = await mkdtemp(join(tmpdir(), 'crash-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const bomb = join(dir, 'bomb.mjs');
    const said = JSON.stringify(`died of ${CANARIES.map(({ value }) => value).join(' ')}`);
    // Not before the program has said what becomes of such an error.
    const isUp = "process.listenerCount('uncaughtException') > 0";
    await writeFile(bomb, `setInterval(() => { if (${isUp}) throw new Error(${said}); }, 10);\n`);
    const child = spawn(
      process.execPath,
      ['--import', pathToFileURL(bomb).href, `src/${program}.ts`],
      {
        env: {
          ...process.env,
          ...{ META_APP_ID: '1', META_APP_SECRET: APP_SECRET, META_VERIFY_TOKEN: VERIFY_TOKEN },
          ...{ API_TOKEN, PORT: (await freePort()).toString(), TEMPORAL_ADDRESS: '127.0.0.1:1' },
          ...{ STORE_PATH: join(dir, 'store.db'), KEY_FILE: join(dir, 'keys.json') },
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const output = Buffer.concat(await Promise.all([buffer(child.stdout), buffer(child.stderr)]));

    expect(output.toString()).toContain('ended by an error nobody expected');
    expect(output.toString()).toContain('died of');
    expect(canariesIn(output, CANARIES)).toEqual([]);
  },
);
