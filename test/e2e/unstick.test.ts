import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startSystem, type System } from './system.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(`${ROOT}docs/how-to/unstick-a-number.md`, 'utf8');
/** Of the number in the page. */
const THERE = { id: '106540352242922', account: '102290129340398' };

type Act = (id: string) => Promise<unknown>;

/** How the number of each story is at Meta when it signs up. */
const NUMBERS: Readonly<Record<string, object>> = {
  number_in_use: { number: { name_status: 'APPROVED', on_handset: true } },
  not_verified: { scenario: 'otp_missing', number: { name_status: 'APPROVED' } },
};

/** What people do beside the command line, in the words of the page. */
const ACTS: Readonly<Record<string, Act>> = {
  'the customer deletes the account in the app, and some minutes pass': (id) =>
    system.engine.meta.patch(`/numbers/${id}`, { on_handset: false }),
  'the customer reads the code to you, and you write it into code.txt': async (id) => {
    const answer = await request(`${system.engine.meta.url}/_fake/numbers/${id}/otp`);
    const { code } = z.object({ code: z.string() }).parse(await answer.body.json());
    await writeFile(join(system.engine.dir, 'code.txt'), code);
  },
};

let system: System;
beforeAll(async () => {
  system = await startSystem({ POLL_INTERVAL: '6h' });
});
afterAll(async () => {
  await system.close();
});

async function cli(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [`${ROOT}src/cli/main.ts`, ...args], {
    cwd: system.engine.dir,
    env: system.engine.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out + err;
}

/** The lines of a story that a person gives: commands and acts. */
const givenIn = (story: string): readonly string[] =>
  story.split('\n').filter((line) => /^[$#] /.test(line));

/** Plays a story of the page with a number of its own, and writes it down as the page does. */
async function played(cause: string, story: string): Promise<string> {
  const { code, ...ids } = await system.engine.meta.signUp(NUMBERS[cause]);
  await system.call('POST', '/v1/signups', { code, ...ids });
  const id = ids.phone_number_id;
  await system.numberWhen(id, (number) => number.cause === cause);
  const lines: string[] = [];
  for (const line of givenIn(story)) {
    lines.push(line);
    const words = line.slice(2);
    if (line.startsWith('# ')) await ACTS[words]?.(id);
    else {
      const args = words.replaceAll(THERE.id, id).split(' ').slice(1);
      lines.push((await cli(args)).trimEnd());
    }
  }
  return lines.join('\n').replaceAll(id, THERE.id).replaceAll(ids.waba_id, THERE.account);
}

/** What differs each time. */
function steady(story: string): string {
  return story
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?/g, '<when>')
    .replaceAll(/1[34] d(?: \d+ h)?/g, '<left>')
    .replaceAll(/trace [\w-]+/g, 'trace <id>')
    .replaceAll(/\+1 [\d-]+/g, '<phone>')
    .replaceAll(/SHA-256 [0-9a-f]+/g, 'SHA-256 <digest>')
    .replaceAll(/\(administrator[^)]*\)/g, '(administrator)')
    .replaceAll(/ +/g, ' ')
    .trim();
}

const stories = [...PAGE.matchAll(/^### From `(\w+)` .*\n[^`]*```console\n([\s\S]*?)^```$/gm)].map(
  ([, cause = '', story = '']) => [cause, story] as const,
);

it('the page tells a story for each number of this test', () => {
  expect(stories.map(([cause]) => cause)).toEqual(Object.keys(NUMBERS));
  const acts = stories.flatMap(([, story]) =>
    givenIn(story).filter((line) => line.startsWith('#')),
  );
  expect(acts.map((line) => line.slice(2))).toEqual(Object.keys(ACTS));
});

it.each(stories)('a number is freed from %s as the page shows it', async (cause, story) => {
  expect(steady(await played(cause, story))).toBe(steady(story));
});
