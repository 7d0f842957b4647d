import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIdOf } from '../../src/contract/onboarding.ts';
import { isPhoneNumberId } from '../../src/domain/phone-number.ts';
import { startSystem, type System } from '../e2e/system.ts';

const NAMED = { scenario: 'review_forever', number: { name_status: 'APPROVED' } };

let system: System;
beforeAll(async () => {
  system = await startSystem({ POLL_INTERVAL: '6h' });
});
afterAll(async () => {
  await system.close();
});

const callBack = (body: object): Promise<{ readonly status: number }> =>
  system.call('POST', '/v1/signups', body);

async function runsOf(id: string): Promise<number> {
  if (!isPhoneNumberId(id)) throw new Error('not an id');
  const query = `WorkflowId = '${workflowIdOf(id)}'`;
  return (await system.engine.client.workflow.count(query)).count;
}

describe('F29: a number whose callback comes more than once', () => {
  it('50 times at once with one code has one onboarding, and every caller a clear answer', async () => {
    const { code, ...ids } = await system.engine.meta.signUp(NAMED);
    const answers = await Promise.all(Array.from({ length: 50 }, () => callBack({ code, ...ids })));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].filter((status) => ![200, 202].includes(status))).toEqual([]);
    await system.numberWhen(ids.phone_number_id, ({ outcome }) => outcome === 'ready');
    expect(await system.engine.meta.registersOf(ids.phone_number_id)).toHaveLength(1);
    await expect.poll(() => runsOf(ids.phone_number_id)).toBe(1);
  });

  it('from two tabs, each with a code of its own, has one onboarding', async () => {
    const held = { ...NAMED, number: { ...NAMED.number, on_handset: true } };
    const first = await system.engine.meta.signUp(held);
    const again = { number: first.phone_number_id, waba: first.waba_id };
    const second = await system.engine.meta.signUp(again);
    const answers = await Promise.all([callBack(first), callBack(second)]);
    expect(answers.map(({ status }) => status).every((status) => status < 300)).toBe(true);
    await system.numberWhen(first.phone_number_id, ({ waiting_for: who }) => who === 'operator');
    await expect.poll(() => runsOf(first.phone_number_id)).toBe(1);
  });

  it('with the account of another customer is refused', async () => {
    const mine = await system.engine.meta.signUp(NAMED);
    const other = await system.engine.meta.signUp(NAMED);
    const answer = await callBack({ ...other, phone_number_id: mine.phone_number_id });
    expect(answer.status).toBe(403);
    expect(await runsOf(mine.phone_number_id)).toBe(0);
  });
});

describe('F31: a number whose webhooks come late, twice and in the wrong order', () => {
  it.each([11, 23])("ends as Meta's reads say (seed %i)", async (seed) => {
    const { meta } = system.engine;
    const wild = { probability: 0.5, seed, match: { times: 'always' } };
    await meta.post('/faults', { kind: 'wh_reorder', ...wild });
    await meta.post('/faults', { kind: 'wh_duplicate', ...wild });
    const { code, ...ids } = await meta.signUp({ scenario: 'review_forever' });
    const id = ids.phone_number_id;
    // A decision that comes before the callback, and others that are no longer true when they come.
    await meta.patch(`/numbers/${id}`, { name_status: 'DECLINED' });
    expect((await callBack({ code, ...ids })).status).toBe(202);
    for (const decision of ['PENDING', 'REJECTED', 'DEFERRED', 'APPROVED']) {
      await meta.post(`/numbers/${id}/name-decision`, { decision });
      await sleep(randomInt(50));
    }
    const done = await system.numberWhen(id, ({ stage }) => stage === 'done');
    expect(done.outcome).toBe('ready');
    expect(await meta.registersOf(id)).toHaveLength(1);
    await meta.remove('/faults');
  });
});
