import { chmodSync, renameSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { isWabaId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startFakeMeta, type RunningFakeMeta } from '../support/fake-meta.ts';
import { newSignup } from '../store/builders.ts';
import { commandLine, openHome, program, type Home } from './command-line.ts';

const DAY_MS = 86_400_000;
const MANAGE = 'whatsapp_business_management';
const MESSAGE = 'whatsapp_business_messaging';

const reportSchema = z.object({
  checks: z.array(
    z.strictObject({
      kind: z.enum(['ok', 'skipped', 'warning', 'failed']),
      name: z.string(),
      detail: z.string(),
      mend: z.string().optional(),
    }),
  ),
});
const tokenSchema = z.object({ value: z.string() });

let meta: RunningFakeMeta;
beforeAll(async () => {
  meta = await startFakeMeta({ clock: 'real' });
});
afterAll(() => meta.close());

let home: Home;
let waba: string;
beforeEach(async () => {
  home = await openHome();
  waba = (await meta.signUp({})).waba_id;
});

/** The account's customer signs up, with a token like this. */
async function holdToken(token: object = {}): Promise<string> {
  const scopes = [MANAGE, MESSAGE];
  const order = { kind: 'business', wabas: [waba], scopes, ...token };
  const { value } = tokenSchema.parse(await meta.post('/tokens', order));
  if (!isWabaId(waba)) throw new Error('not an id');
  await home.store.signups.accept(newSignup({ wabaId: waba, token: new Secret(value) }));
  return value;
}

const envOf = (env: Readonly<Record<string, string>> = {}) => ({
  ...home.env,
  GRAPH_BASE_URL: meta.url,
  ...env,
});

async function examine(env: Readonly<Record<string, string>> = {}) {
  const { code, out, err } = await commandLine(['doctor', '--json'], { env: envOf(env) });
  const { checks } = reportSchema.parse(JSON.parse(out));
  return { code, err, of: (name: string) => checks.find((check) => check.name === name) };
}

describe('the doctor', () => {
  it('says in words what is right, what is not, and how to mend it', async () => {
    await holdToken();
    const { code, out, err } = await program(['doctor'], envOf());
    expect(code).toBe(3);
    expect(out).toMatch(/^ok {7}Node: 24\./);
    expect(out).toContain('ok       configuration: every variable is well-formed\n');
    expect(out).toContain(
      'FAILED   Temporal: cannot use Temporal at 127.0.0.1:1, namespace default: connection refused\n         mend: start Temporal',
    );
    expect(out).toContain('skipped  worker: Temporal cannot be asked\n');
    expect(out).toContain('ok       clock: ');
    expect(err).toBe(`doctor: Temporal, webhooks of ${waba} must be mended\n`);
  });

  it('finds the database, its key, the app and a token in order', async () => {
    await holdToken();
    const found = await examine();
    const names = ['database', 'sealing key', 'signups', 'Meta and the app', `token of ${waba}`];
    expect(names.map((name) => found.of(name)?.kind)).toEqual(names.map(() => 'ok'));
    expect(found.of(`token of ${waba}`)?.detail).toBe('valid, both scopes, never expires');
  });

  it('tells every mistake of the configuration and ends with 78', async () => {
    const { code, out, err } = await commandLine(['doctor'], {
      env: envOf({ META_APP_SECRET: 'short', POLL_INTERVAL: '10' }),
    });
    expect(code).toBe(78);
    expect(out).toContain('FAILED   configuration: META_APP_SECRET: must be 32 hex characters\n');
    expect(out).toContain("FAILED   configuration: POLL_INTERVAL: '10' has no unit; write 10m\n");
    expect(out + err).not.toContain('short');
  });

  it.each([
    ['lacks a scope', { scopes: [MANAGE] }, `it lacks ${MESSAGE}`],
    ['is of another account', { wabas: ['999'] }, 'it was not granted for this account'],
    ['has run out', { expiresAt: 1 }, 'Meta does not take it any more'],
  ])('sees that a token %s', async (_what, token, detail) => {
    if ('wabas' in token) await meta.post('/wabas', { id: '999' }).catch(() => undefined);
    await holdToken(token);
    const { of } = await examine();
    expect(of(`token of ${waba}`)).toMatchObject({ kind: 'failed', detail });
  });

  it.each([
    [{ expiresAt: Date.now() + 3.5 * DAY_MS }, /^expires in 3 d 1[12] h$/],
    [{ dataAccessExpiresAt: Date.now() + 29.5 * DAY_MS }, /^expires in 29 d 1[12] h$/],
  ])('warns of a token that runs out soon, by either clock: %o', async (life, detail) => {
    await holdToken(life);
    const soon = (await examine()).of(`token of ${waba}`);
    const mend = 'let the customer run Embedded Signup again';
    expect(soon).toMatchObject({ kind: 'warning', mend });
    expect(soon?.detail).toMatch(detail);
  });

  it('does not warn of one that has more than a month, and sees that it was revoked', async () => {
    const value = await holdToken({ expiresAt: Date.now() + 31 * DAY_MS });
    expect((await examine()).of(`token of ${waba}`)?.kind).toBe('ok');
    await meta.patch('/tokens', { value, revoked: true });
    const revoked = await examine();
    expect(revoked.of(`token of ${waba}`)?.kind).toBe('failed');
    expect(revoked.of(`webhooks of ${waba}`)?.kind).toBe('skipped');
    expect(JSON.stringify(revoked)).not.toContain(value);
  });

  it('sees that the app secret is wrong', async () => {
    const { of } = await examine({ META_APP_SECRET: 'f'.repeat(32) });
    expect(of('Meta and the app')?.kind).toBe('failed');
    expect(of('Meta and the app')?.mend).toContain('META_APP_SECRET');
  });

  it('sees that Meta is away, and does not know its time', async () => {
    await holdToken();
    const { code, of } = await examine({ GRAPH_BASE_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(3);
    expect(of('Meta and the app')).toMatchObject({ kind: 'failed' });
    expect(of('clock')?.kind).toBe('skipped');
  });

  it('sees a clock that is wrong', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('date', new Date(Date.now() - 600_000).toUTCString());
      response.end(JSON.stringify({ data: { is_valid: true, app_id: '1', scopes: [] } }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'string' ? 0 : (address?.port ?? 0);
    const { of } = await examine({ GRAPH_BASE_URL: `http://127.0.0.1:${port}` });
    expect(of('clock')?.kind).toBe('failed');
    expect(of('clock')?.detail).toMatch(/^this machine is (10 min|9 min 59 s) .*ahead of Meta$/);
  });

  it('sees a database and a key that are missing, or open to others', async () => {
    const away = await examine({ STORE_PATH: `${home.folder}/none.db` });
    expect([away.code, away.of('database')?.kind]).toEqual([78, 'failed']);
    const key = home.env['KEY_FILE'] ?? '';
    chmodSync(key, 0o644);
    const open = (await examine()).of('sealing key');
    expect(open).toMatchObject({ kind: 'failed', mend: `Run: chmod 600 ${key}` });
    renameSync(key, `${key}.away`);
    expect((await examine()).of('sealing key')?.detail).toBe(`${key} does not exist`);
  });
});
