import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { activateKey, addKey, removeKey } from '../../src/keyring/changes.ts';
import { openKeyring } from '../../src/keyring/keyring.ts';
import { createPayloadCodec } from '../../src/payloads/payload-codec.ts';
import { temporaryFolder } from '../store/test-store.ts';
import { freePort } from '../support/free-port.ts';
import { COMPILED } from '../support/compile-cache.ts';

const TOKEN = 'a-token-of-more-than-thirty-two-characters';
const UI = 'https://temporal.example';
const ACTOR = 'Canary Ada';
const MIB = 1024 * 1024;

const answerSchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()), data: z.string() })),
});

interface Server {
  readonly url: string;
  readonly keyFile: string;
  readonly log: () => string;
}

/** A server of one test. */
async function startServer(env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const server = await startIn(temporaryFolder(), env);
  onTestFinished(server.stop);
  return server;
}

/** The program itself, with nothing but a key file, the namespace and who may call. */
async function startIn(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Server & { readonly stop: () => void }> {
  const keyFile = join(folder, 'keys.json');
  await openKeyring({ file: keyFile, mayCreate: true, nowMs: () => 0 });
  const port = await freePort();
  const child = spawn(process.execPath, ['src/codec-server.ts'], {
    env: {
      ...COMPILED,
      ...{ KEY_FILE: keyFile, CODEC_SERVER_PORT: port.toString(), API_TOKEN: TOKEN },
      ...{ TEMPORAL_UI_URL: `${UI}/ui`, ...env },
    },
  });
  let out = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (out += String(chunk)));
  while (!out.includes('codec server is ready')) {
    if (child.exitCode !== null) throw new Error(out);
    await sleep(20);
  }
  const stop = (): void => void child.kill('SIGKILL');
  return { url: `http://127.0.0.1:${port}`, keyFile, log: () => out, stop };
}

const HEADERS = {
  'content-type': 'application/json',
  'x-namespace': 'default',
  authorization: `Bearer ${TOKEN}`,
};

interface Asked {
  readonly path?: string;
  readonly method?: 'POST' | 'OPTIONS' | 'GET';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function ask({ url }: Server, asked: Asked = {}) {
  const { path = '/decode', method = 'POST', headers = {}, body = bodyOf([plain]) } = asked;
  const answer = await request(url + path, {
    method,
    headers: { ...HEADERS, ...headers },
    ...(method === 'POST' && { body }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

const plain = defaultPayloadConverter.toPayload({ actor: ACTOR });

function inBase64({ metadata, data }: Payload) {
  const texts = Object.entries(metadata ?? {}).map(([name, value]) => [
    name,
    Buffer.from(value).toString('base64'),
  ]);
  const entries = z.record(z.string(), z.string()).parse(Object.fromEntries(texts));
  return { metadata: entries, data: Buffer.from(data ?? '').toString('base64') };
}

function bodyOf(payloads: readonly Payload[]): string {
  return JSON.stringify({ payloads: payloads.map(inBase64) });
}

async function encrypted({ keyFile }: Server, namespace = 'default'): Promise<readonly Payload[]> {
  const keyring = await openKeyring({ file: keyFile, mayCreate: false, nowMs: () => 0 });
  return await createPayloadCodec({ keyring, namespace, isOn: true }).encode([plain]);
}

describe('the codec server', () => {
  it('shows what is encrypted, leaves what is not, in the order it came', async () => {
    const server = await startServer();
    const [sealed = {}] = await encrypted(server);
    const path = '/decode?preserveStorageRefs=true';
    const answer = await ask(server, { path, body: bodyOf([plain, sealed, plain]) });
    expect(answer.status).toBe(200);
    const shown = answerSchema.parse(JSON.parse(answer.text)).payloads;
    expect(shown).toEqual([inBase64(plain), inBase64(plain), inBase64(plain)]);
  });

  it('writes one line for each call: how many and of which namespace, never what', async () => {
    const server = await startServer();
    await ask(server, { body: bodyOf([...(await encrypted(server)), plain]) });
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes('payloads decoded'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ count: 2, namespace: 'default' });
    expect(server.log()).not.toContain(ACTOR);
    expect(server.log()).not.toContain(Buffer.from(ACTOR).toString('base64').slice(0, 12));
  });

  it('takes a body of nearly 4 MiB, as a page of a long history has', async () => {
    const server = await startServer();
    const data = new Uint8Array(3 * MIB - 1024);
    const answer = await ask(server, { body: bodyOf([{ ...plain, data }]) });
    expect(answer.status).toBe(200);
  });

  it('serves the page of the Temporal UI, and no other one', async () => {
    const server = await startServer();
    const origin = { origin: UI };
    const preflight = await ask(server, {
      method: 'OPTIONS',
      headers: { ...origin, authorization: '' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-headers':
        'authorization, authorization-extras, content-type, x-namespace',
      vary: 'Origin',
    });
    const answer = await ask(server, { headers: origin });
    expect(answer.headers['access-control-allow-origin']).toBe(UI);
    const foreign = await ask(server, { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('says that it cannot decode what was changed, is of another namespace, or lacks its key', async () => {
    const server = await startServer();
    const [sealed = {}] = await encrypted(server);
    const changed = { ...sealed, data: (sealed.data ?? new Uint8Array()).with(20, 0) };
    const [elsewhere = {}] = await encrypted(server, 'other');
    for (const payload of [changed, elsewhere]) {
      expect(await ask(server, { body: bodyOf([payload]) })).toMatchObject({ status: 422 });
    }
    const keyring = await openKeyring({ file: server.keyFile, mayCreate: false, nowMs: () => 0 });
    const { id } = await keyring.active();
    await activateKey(server.keyFile, await addKey(server.keyFile, 0));
    expect(await ask(server, { body: bodyOf([sealed]) })).toMatchObject({ status: 200 });
    await removeKey(server.keyFile, id);
    expect(await ask(server, { body: bodyOf([sealed]) })).toMatchObject({ status: 422 });
    expect(server.log()).toContain(`keys: ${id} missing`);
  });

  it('without a token serves only callers who name it as this machine', async () => {
    const server = await startServer({ API_TOKEN: '' });
    const headers = { authorization: '' };
    expect(await ask(server, { headers })).toMatchObject({ status: 200 });
    const host = 'codec.evil.example';
    expect(await ask(server, { headers: { ...headers, host } })).toMatchObject({ status: 401 });
  });

  it('does not start without its keys', async () => {
    const starting = startServer({ KEY_FILE: '/no/such/key.json' });
    await expect(starting).rejects.toThrow(/codec-server: The sealing key .* is missing/);
  });
});

describe('a codec server that is asked wrongly', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codec-server-'));
  let shared: Awaited<ReturnType<typeof startIn>>;
  beforeAll(async () => {
    shared = await startIn(folder);
  });
  afterAll(() => {
    shared.stop();
    rmSync(folder, { recursive: true });
  });

  it.each<[string, Asked, number]>([
    ['without a token', { headers: { authorization: '' } }, 401],
    ['with another token', { headers: { authorization: `Bearer ${TOKEN}x` } }, 401],
    ['for another namespace', { headers: { 'x-namespace': 'other' } }, 403],
    ['from a page of another origin', { headers: { origin: 'https://evil.example' } }, 403],
    ['to encode', { path: '/encode' }, 404],
    ['by another method', { method: 'GET' }, 405],
    ['with a form', { headers: { 'content-type': 'text/plain' } }, 415],
    ['with what is no list of payloads', { body: '{"payloads":{}}' }, 400],
    ['with data that is not base64', { body: '{"payloads":[{"data":"%"}]}' }, 400],
  ])('refuses a call %s', async (_, asked, status) => {
    const answer = await ask(shared, asked);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain(Buffer.from(ACTOR).toString('base64').slice(0, 12));
  });

  it('refuses a call with more than 4 MiB by what it declares, before it has come', async () => {
    const headers = { ...HEADERS, 'content-length': 4 * MIB + 1 };
    const call = httpRequest(`${shared.url}/decode`, { method: 'POST', headers });
    call.flushHeaders();
    expect(await once(call, 'response')).toMatchObject([{ statusCode: 413 }]);
    call.destroy();
  });
});
