import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { startFakeGraph } from '../../fake-graph/server.ts';
import { switchesSchema } from '../../fake-graph/switches.ts';
import { clientOf } from './harness.ts';

const README = readFileSync('fake-graph/README.md', 'utf8');
const commands = [...README.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block);

/** Ends with the first command that fails: `curl` fails on any refusal. */
async function runAll(script: string): Promise<{ code: number | null; said: string }> {
  const strict =
    'set -euo pipefail\ncurl() { command curl --fail-with-body --max-time 10 "$@"; }\n';
  const shell = spawn('bash', ['-c', strict + script], { timeout: 20_000 });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => {
    shell.once('close', (code) => {
      resolve({ code, said });
    });
  });
}

test('runs every command of its README, and each of them is answered with success', async () => {
  const fake = await startFakeGraph();
  const script = commands.join('\n').replace('http://127.0.0.1:4010', fake.url);
  const { code, said } = await runAll(script.replace(/^curl .*_fake\/reset.*authHttp.*$/m, ''));
  expect(said).not.toContain('"error"');
  expect(code).toBe(0);
  const rows = await clientOf(fake.url).ledger();
  const answered = rows.map((row) => row.http ?? 0);
  expect(answered.length).toBeGreaterThan(25);
  expect(answered.filter((http) => http >= 300)).toEqual([]);
  expect(said).toContain('"name_status":"APPROVED"');
  expect((await runAll(`B=${fake.url}\n${commands.at(-2) ?? ''}`)).code).toBe(0);
  await fake.close();
});

test('would notice a command that is refused', async () => {
  const fake = await startFakeGraph();
  expect((await runAll(`curl -s -X POST ${fake.url}/_fake/clok`)).code).not.toBe(0);
  await fake.close();
});

test.each(Object.entries(switchesSchema.parse({})))(
  'tells that %s is %s by default',
  (name, first) => {
    const row = README.split('\n').find((line) => line.startsWith(`| \`${name}\``));
    expect(row?.split('|')[2]?.replaceAll('`', '').trim().startsWith(String(first))).toBe(true);
  },
);

test('tells of every fault and every order in its README', async () => {
  const fake = await startFakeGraph();
  const client = clientOf(fake.url);
  const refused = await client.send('POST', '/_fake/faults', { body: { kind: 'x' } });
  const kinds = [...refused.text.matchAll(/[a-z0-9]+(?:_[a-z0-9]+)+/g)].map(([kind]) => kind);
  const unknown = await client.send('POST', '/_fake/x');
  const orders = [...unknown.text.matchAll(/(GET|POST|PATCH|DELETE) ([\w:/-]+)/g)];
  expect(kinds.length + orders.length).toBeGreaterThan(15);
  const told = README.replaceAll('{id}', ':id');
  expect(kinds.filter((kind) => !told.includes(kind))).toEqual([]);
  expect(orders.map(([order]) => order).filter((order) => !told.includes(order))).toEqual([]);
  await fake.close();
});
