import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { preverifiedQueryNames, type PreverifiedProgress } from '../../src/contract/preverified.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { providedGround } from '../support/bundle.ts';
import { partnerOf } from '../support/fake-meta.ts';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';
import { createWorld, type PreverifiedHandle, type World } from '../support/world.ts';

let world: World;
let token: Secret;
let pool: string;
beforeEach(async () => {
  world = await createWorld(providedGround());
  ({ token, businessId: pool } = await partnerOf(world.meta));
});
afterEach(async () => {
  await world.close();
});

async function graph(method: 'POST' | 'DELETE', path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token.reveal()}` };
  const answer = await request(`${world.meta.url}/v25.0/${path}`, { method, headers });
  expect(answer.statusCode).toBe(200);
  return await answer.body.json();
}

async function add(): Promise<string> {
  const answer = await graph('POST', `${pool}/add_phone_numbers?phone_number=15550783881`);
  return z.object({ id: z.string() }).parse(answer).id;
}

async function prove(id: string): Promise<void> {
  await graph('POST', `${id}/request_code?code_method=SMS&language=en_US`);
  const otp = await request(`${world.meta.url}/_fake/numbers/${id}/otp`);
  const { code } = z.object({ code: z.string() }).parse(await otp.body.json());
  await graph('POST', `${id}/verify_code?code=${code}`);
}

const progressOf = (handle: PreverifiedHandle): Promise<PreverifiedProgress> =>
  handle.query<PreverifiedProgress>(preverifiedQueryNames.progress);

const noticeOf = async (id: string) => (await world.store.preverified.notices()).get(id);

describe('a pre-verified number', () => {
  it('waits for a code, is told of ahead of its end, asks again once it has lapsed, and lives on', async () => {
    const id = await add();
    await world.play(async () => {
      const handle = await world.preverify(id);
      await world.sleep(HOUR_MS);
      expect(await progressOf(handle)).toMatchObject({ waitsFor: 'code' });
      await prove(id);
      await handle.signal('numberChanged');
      const endsAtMs = world.nowMs() + 90 * DAY_MS;
      await world.sleep(HOUR_MS);
      expect(await progressOf(handle)).toEqual({ waitsFor: 'customer', endsAtMs });
      expect(await noticeOf(id)).toBeUndefined();

      await world.sleep(45 * DAY_MS);
      const halfway = await noticeOf(id);
      expect(halfway?.text).toContain('45 days left.');
      expect(Math.abs((halfway?.atMs ?? 0) - (endsAtMs - 45 * DAY_MS))).toBeLessThan(5000);
      expect((await progressOf(handle)).waitsFor).toBe('code-or-customer');

      await world.sleep(45 * DAY_MS);
      expect((await noticeOf(id))?.text).toContain('1 day left.');
      expect((await progressOf(handle)).waitsFor).toBe('code');
      await prove(id);
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      expect((await progressOf(handle)).waitsFor).toBe('customer');
      await handle.terminate('enough');
    });
  });

  it('ends as claimed when a customer picks it', async () => {
    const id = await add();
    await prove(id);
    await world.play(async () => {
      const handle = await world.preverify(id);
      await world.sleep(HOUR_MS);
      await world.meta.signUp({ preverified: id });
      expect(await handle.result()).toBe('claimed');
    });
  });

  it('ends as deleted when we delete it', async () => {
    const id = await add();
    await prove(id);
    await world.play(async () => {
      const handle = await world.preverify(id);
      await world.sleep(HOUR_MS);
      await graph('DELETE', id);
      await world.store.preverified.markDeleted(id);
      await handle.signal('numberChanged');
      expect(await handle.result()).toBe('deleted');
    });
  });

  it('ends as removed when nobody has proved it for 90 days', async () => {
    const id = await add();
    await world.play(async () => {
      const handle = await world.preverify(id);
      await world.sleep(80 * DAY_MS);
      expect((await noticeOf(id))?.text).toContain('14 days left.');
      expect(await handle.result()).toBe('removed');
    });
  });

  it('waits for access while the token is refused, and goes on with the next signal', async () => {
    const id = await add();
    await world.play(async () => {
      const handle = await world.preverify(id);
      await world.sleep(HOUR_MS);
      const match = { path: id, times: 'always' };
      await world.meta.post('/faults', { kind: 'error', http: 401, code: 190, match });
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      expect(await progressOf(handle)).toEqual({ waitsFor: 'access' });
      await world.meta.remove('/faults');
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      expect((await progressOf(handle)).waitsFor).toBe('code');
      await handle.terminate('enough');
    });
  });
});
