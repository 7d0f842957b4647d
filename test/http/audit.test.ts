import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bearerOf, openEdge, type Edge } from './edge.ts';
import { signUp } from './orders.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(() => edge.close());

const pageShape = z.object({
  audit: z.array(z.record(z.string(), z.string())),
  paging: z.object({ after: z.string().optional() }),
});

async function audited(query = ''): Promise<z.output<typeof pageShape>> {
  return pageShape.parse(JSON.parse((await edge.call(`/v1/audit${query}`)).text));
}

describe('the audit trail', () => {
  test('tells who ordered what for which number, and what came of it', async () => {
    const { number } = await signUp(edge);
    const headers = await bearerOf(edge.store, { owner: 'bob', role: 'operator' });
    await edge.call(`/v1/numbers/${number}/retry`, { method: 'POST', headers });
    await edge.call('/v1/numbers/4711/retry', { method: 'POST', headers });
    const { audit } = await audited('?limit=4');
    const [, refused, retried, signedUp] = audit;
    expect(retried).toMatchObject({
      ...{ actor: 'bob (operator, HTTP)', role: 'operator', subject: number, result: '200' },
      action: 'POST /v1/numbers/:id/retry',
    });
    expect(refused).toMatchObject({ subject: '4711', result: 'unknown_number' });
    expect(signedUp).toMatchObject({ action: 'POST /v1/signups', subject: number, result: '202' });
  });

  test('tells who saw a secret, and says nothing of what is only read', async () => {
    await edge.call('/v1/numbers/4711/certificate');
    await edge.call('/v1/numbers');
    const [own, before] = (await audited()).audit;
    expect(own?.['action']).toBe('GET /v1/audit');
    expect(before).toMatchObject({ action: 'GET /v1/numbers/:id/certificate' });
  });

  test('has the id that the answer carries', async () => {
    const { headers } = await edge.call('/v1/numbers/4711/retry', { method: 'POST' });
    const line = (await audited('?limit=2')).audit[1];
    expect(line?.['request_id']).toBe(headers.get('x-request-id'));
  });

  test('comes in pages, the newest first', async () => {
    const { paging, audit } = await audited('?limit=2');
    const next = await audited(`?limit=2&after=${paging.after ?? ''}`);
    expect([audit.length, next.audit.length]).toEqual([2, 2]);
    const ids = [...audit, ...next.audit].map((line) => line['request_id']);
    expect(new Set(ids).size).toBe(4);
  });

  test('that cannot be written stops the order', async () => {
    const broken = await openEdge({ caller: 'this machine' });
    await broken.store.close();
    const answer = await broken.call('/v1/numbers/4711/retry', { method: 'POST' });
    expect([answer.status, broken.temporal.ordered]).toEqual([503, []]);
    await broken.close();
  });
});
