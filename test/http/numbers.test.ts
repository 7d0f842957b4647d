import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Progress } from '../../src/contract/onboarding.ts';
import { Secret } from '../../src/domain/secret.ts';
import { openEdge, phoneNumberId, wabaId, type Answer, type Edge } from './edge.ts';

const TOKEN = 't'.repeat(32);
const UNTIL_MS = Date.UTC(2026, 10, 24, 10);
const PROGRESS: Progress = {
  stage: 'registering',
  waiting: {
    for: 'time',
    refusal: { cause: 'attempts_locked', code: 133016, traceId: 'AbC' },
    untilMs: UNTIL_MS,
  },
  deadlineAtMs: UNTIL_MS,
  tracks: {
    ownership: 'VERIFIED',
    registration: 'not-registered',
    name: 'APPROVED',
    certificate: 'none',
  },
  changedAtMs: 1,
};

let edge: Edge;
let id: string;

beforeAll(async () => {
  edge = await openEdge();
  const body = await edge.meta.signUp({ name: 'Lucky Shrub' });
  const { code, waba_id, phone_number_id } = body;
  await edge.signUp({ code, waba_id, phone_number_id });
  id = phone_number_id;
});

beforeEach(() => {
  edge.temporal.mood = 'up';
});

afterAll(() => edge.close());

function announce(progress: Progress, key: string): Promise<void> {
  const { stage, waiting, outcome, deadlineAtMs = 0 } = progress;
  return edge.store.numbers.announce({
    phoneNumberId: phoneNumberId(id),
    wabaId: wabaId('1'),
    ...{ stage, waitingFor: waiting.for, deadlineAtMs },
    ...(waiting.refusal !== undefined && { cause: waiting.refusal.cause }),
    ...(outcome !== undefined && { outcome }),
    progressJson: JSON.stringify(progress),
    events: [{ kind: 'waiting', atMs: 1, text: 'Meta has locked the number', actor: 'Meta' }],
    announcementKey: key,
  });
}

async function shown(path = `/v1/numbers/${id}`): Promise<Record<string, unknown>> {
  const answer = await edge.call(path);
  expect(answer.status).toBe(200);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(answer.text));
}

function retry(number = id, init: RequestInit = {}): Promise<Answer> {
  return edge.call(`/v1/numbers/${number}/retry`, { method: 'POST', ...init });
}

describe('a number', () => {
  test('is shown as soon as its signup is accepted', async () => {
    expect(await shown()).toMatchObject({
      phone_number_id: id,
      verified_name: 'Lucky Shrub',
      stage: 'verifying',
      waiting_for: 'meta',
      attempts_left: { automatic: 6, operator: 8 },
      attempts: [],
      events: [{ kind: 'signed-up', actor: 'signup' }],
      temporal_url: `http://127.0.0.1:8233/namespaces/default/workflows/onboard-phone-number%2F${id}`,
    });
  });

  test('tells whose move it is, why, and until when', async () => {
    await announce(PROGRESS, 'locked');
    const number = await shown();
    expect(number).toMatchObject({
      stage: 'registering',
      waiting_for: 'time',
      waiting_until: '2026-11-24T10:00:00.000Z',
      refusal: { cause: 'attempts_locked', code: 133016, trace_id: 'AbC' },
      tracks: { ownership: 'VERIFIED', registration: 'not-registered' },
    });
    expect(String(number['advice'])).toContain('10 registration requests in 72 hours');
  });

  test('has time left only while registration, which alone is under the deadline, is to come', async () => {
    await announce(PROGRESS, 'still to register');
    expect(await shown()).toHaveProperty('seconds_left');
    await announce({ ...PROGRESS, stage: 'following-name' }, 'registered');
    expect(await shown()).not.toHaveProperty('seconds_left');
  });

  test('counts the attempts left from the ledger', async () => {
    const { attempts } = edge.store;
    await attempts.reserve({
      phoneNumberId: phoneNumberId(id),
      requestKey: 'run/1',
      kind: 'automatic',
      inFlightMs: 1000,
    });
    expect(await shown()).toMatchObject({
      attempts_left: { automatic: 5, operator: 7 },
      attempts: [{ n: 1, kind: 'automatic', state: 'open' }],
    });
  });

  test('hands out the certificate that Meta showed last, and keeps who asked', async () => {
    const path = `/v1/numbers/${id}/certificate`;
    expect((await edge.call(path)).code).toBe('not_now');
    await edge.store.credentials.keepCertificate(phoneNumberId(id), new Secret('Y2VydA=='));
    const answer = await edge.call(path);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { phone_number_id: id, certificate: 'Y2VydA==' },
    ]);
    const events = await edge.store.numbers.eventsOf(phoneNumberId(id));
    expect(events.at(-1)).toMatchObject({
      kind: 'certificate-revealed',
      actor: 'alice (admin, HTTP)',
    });
  });

  test('is in the list', async () => {
    expect(await shown('/v1/numbers')).toMatchObject({
      numbers: [{ phone_number_id: id, status_url: `/v1/numbers/${id}` }],
    });
  });

  test.each(['1', 'abc', '1'.repeat(21)])('that is unknown is not found: %s', async (unknown) => {
    const answer = await edge.call(`/v1/numbers/${unknown}`);
    expect([answer.status, answer.code]).toEqual([404, 'unknown_number']);
    expect((await retry(unknown)).code).toBe('unknown_number');
  });
});

describe('a retry', () => {
  test('reaches the onboarding, and answers what it says', async () => {
    const answer = await retry();
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ phone_number_id: id, waiting_for: 'meta' });
    expect(edge.temporal.ordered.at(-1)).toMatchObject({
      phoneNumberId: id,
      actor: 'alice (admin, HTTP)',
    });
  });

  test.each([
    ['number-freed', 'numberFreed'],
    ['pause', 'pause'],
    ['resume', 'resume'],
    ['abandon', 'abandon'],
  ])('is one of several orders: %s', async (word, name) => {
    const post = { method: 'POST', headers: { 'idempotency-key': `same-for-${word}` } };
    const answer = await edge.call(`/v1/numbers/${id}/${word}`, post);
    expect(JSON.parse(answer.text)).toMatchObject({ phone_number_id: id, waiting_for: 'meta' });
    const given = edge.temporal.ordered.slice(-2);
    expect(given.at(-1)).toMatchObject({ phoneNumberId: id, name });
    expect(given[0]?.requestId).not.toBe(given[1]?.requestId);
  });

  test('carries the same id when its key is the same, another when it is not', async () => {
    const ids: string[] = [];
    for (const key of ['k1', 'k1', 'k2']) {
      await retry(id, { headers: { 'idempotency-key': key } });
      ids.push(edge.temporal.ordered.at(-1)?.requestId ?? '');
    }
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
    expect(ids.join(' ')).not.toMatch(/k1|k2/);
  });

  test('takes an empty object, and nothing that means something', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await retry(id, { headers, body: '{}' })).status).toBe(200);
    const answer = await retry(id, { headers, body: '{"force":true}' });
    expect([answer.status, answer.code]).toEqual([400, 'unknown_field']);
    expect((await retry(id, { body: 'now' })).code).toBe('unsupported_media_type');
  });

  test('is refused with the reason of the onboarding', async () => {
    edge.temporal.mood = 'refusing';
    const answer = await retry();
    expect([answer.status, answer.code]).toEqual([409, 'not_now']);
    expect(answer.message).toBe('Meta has locked the number');
  });

  test('is answered with 503 while Temporal does not answer', async () => {
    edge.temporal.mood = 'down';
    const answer = await retry();
    expect([answer.status, answer.code]).toEqual([503, 'temporal_unavailable']);
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  test('is refused once the onboarding has ended', async () => {
    await announce({ ...PROGRESS, stage: 'done', outcome: 'ready' }, 'ended');
    const answer = await retry();
    expect([answer.status, answer.code]).toEqual([409, 'not_now']);
    expect(answer.message).toBe('The onboarding has ended: ready');
    expect(await shown()).toMatchObject({ outcome: 'ready' });
  });

  test('with another method is refused', async () => {
    const answer = await edge.call(`/v1/numbers/${id}/retry`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a caller', () => {
  test.each([
    ['without a token', {}],
    ['with a wrong one', { authorization: `Bearer ${'x'.repeat(32)}` }],
    ['with a part of it', { authorization: `Bearer ${TOKEN.slice(1)}` }],
    ['with another scheme', { authorization: `Basic ${TOKEN}` }],
  ])('%s is not let in where there is one', async (_row, headers) => {
    const guarded = await guardedEdge();
    for (const path of ['/v1/numbers', `/v1/numbers/${id}`]) {
      const answer = await guarded.call(path, { headers });
      expect([answer.status, answer.code]).toEqual([401, 'unauthenticated']);
    }
    expect((await guarded.signUp({}, headers)).code).toBe('unauthenticated');
    expect((await guarded.call('/healthz')).status).toBe(200);
  });

  test('with the token is let in', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await (await guardedEdge()).call('/v1/numbers', { headers })).status).toBe(200);
  });

  let opened: Edge | undefined;
  async function guardedEdge(): Promise<Edge> {
    opened ??= await openEdge({ access: { apiToken: new Secret(TOKEN), allowedOrigins: [] } });
    return opened;
  }

  afterAll(() => opened?.close());
});
