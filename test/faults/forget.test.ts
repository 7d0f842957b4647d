import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { workflowIdOf } from '../../src/contract/onboarding.ts';
import { digitsOf, isPhoneNumberId, type PhoneNumberId } from '../../src/domain/phone-number.ts';
import { startSystem, type NumberView, type System } from '../e2e/system.ts';

const receiptSchema = z.looseObject({
  is_complete: z.boolean(),
  runs: z.object({ deleted: z.number(), pending: z.number() }),
});

let system: System;
beforeAll(async () => {
  system = await startSystem({ POLL_INTERVAL: '6h' });
});
afterAll(async () => {
  await system.close();
});

async function signUp(order: object): Promise<PhoneNumberId> {
  const { code, ...ids } = await system.engine.meta.signUp(order);
  expect((await system.call('POST', '/v1/signups', { code, ...ids })).status).toBe(202);
  if (isPhoneNumberId(ids.phone_number_id)) return ids.phone_number_id;
  throw new Error('no id');
}

async function forget(...args: readonly string[]) {
  const child = spawn(process.execPath, ['src/cli/main.ts', 'forget', ...args], {
    env: { ...system.engine.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}

async function runsOf(id: PhoneNumberId): Promise<number> {
  const query = `WorkflowId = '${workflowIdOf(id)}'`;
  const { count } = await system.engine.client.workflow.count(query);
  return count;
}

/** As whoever gets hold of the file would search it. */
function bytesOfDatabase(): string {
  const path = join(system.engine.dir, 'store.db');
  const database = new DatabaseSync(path);
  database.exec('pragma wal_checkpoint(truncate); vacuum; pragma wal_checkpoint(truncate)');
  database.close();
  return readFileSync(path, 'latin1');
}

const IN_REVIEW = { number: { name_status: 'PENDING_REVIEW' } };

/** Where the numbers stand when they are forgotten. */
const STAGES: readonly (readonly [object, (number: NumberView) => boolean])[] = [
  [{ ...IN_REVIEW, scenario: 'on_handset' }, (number) => number.waiting_for === 'operator'],
  [IN_REVIEW, (number) => number.stage === 'following-name'],
  [{ number: { name_status: 'APPROVED' } }, (number) => number.outcome === 'ready'],
];

/** At once, as Temporal takes its time to delete. */
const together = <Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> => Promise.all(items.map(work));

describe('F43: numbers that are forgotten', () => {
  it('at any stage leave nothing, and a late webhook leaves nothing either', async () => {
    const ids = await together(STAGES, async ([order, isThere]) => {
      const id = await signUp(order);
      await system.numberWhen(id, isThere);
      return id;
    });
    const rows = await together(ids, (id) => system.engine.store.numbers.byId(id));
    const digits = rows.map((row) => digitsOf(row?.displayPhoneNumber ?? ''));
    for (const id of ids) expect(bytesOfDatabase()).toContain(id);

    for (const { code, out, err } of await together(ids, (id) => forget(id, '--yes', '--json'))) {
      expect([code, err]).toEqual([0, '']);
      const receipt = receiptSchema.parse(JSON.parse(out));
      expect(receipt).toMatchObject({ is_complete: true, runs: { deleted: 1, pending: 0 } });
      for (const personal of [...ids, ...digits]) expect(out).not.toContain(personal);
    }

    for (const id of ids) {
      expect(await runsOf(id)).toBe(0);
      const handle = system.engine.client.workflow.getHandle(workflowIdOf(id));
      await expect(handle.describe()).rejects.toHaveProperty('name', 'WorkflowNotFoundError');
      await system.engine.meta.decideName(id, 'APPROVED');
      await expect
        .poll(async () => (await system.engine.meta.deliveriesOf(id)).at(-1)?.state)
        .toBe('delivered');
      expect((await system.call('GET', `/v1/numbers/${id}`)).status).toBe(404);
      expect((await forget(id, '--yes')).code).toBe(4);
    }
    const bytes = bytesOfDatabase();
    for (const personal of [...ids, ...digits]) expect(bytes).not.toContain(personal);
  });

  it('are not forgotten without --yes', async () => {
    const id = await signUp(IN_REVIEW);
    await system.numberWhen(id, ({ stage }) => stage === 'following-name');
    const { code, err } = await forget(id);
    expect([code, err]).toEqual([2, 'forget deletes for good; repeat with --yes\n']);
    expect(await runsOf(id)).toBe(1);
  });
});
