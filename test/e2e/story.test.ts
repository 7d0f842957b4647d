import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIdOf } from '../../src/contract/onboarding.ts';
import { isPhoneNumberId } from '../../src/domain/phone-number.ts';
import { canariesIn } from '../support/canary.ts';
import { phoneOf, secretsOf } from './secrets.ts';
import { startSystem, type System } from './system.ts';

const API_TOKEN = 'an-api-token-of-more-than-32-characters';
/** Nothing is left to wait for once such a number is registered. */
const NAMED = { scenario: 'review_forever', number: { name_status: 'APPROVED' } };

let system: System;
beforeAll(async () => {
  // No poll comes in the time of this test: what ends a wait is a webhook or a person.
  system = await startSystem({ POLL_INTERVAL: '6h', API_TOKEN });
});
afterAll(async () => {
  await system.close();
});

/** A customer signs up at Meta, and the partner's page calls us back. */
async function signUp(
  order: unknown,
): Promise<{ readonly id: string; readonly waba: string; readonly code: string }> {
  const { code, ...ids } = await system.engine.meta.signUp(order);
  const answer = await system.call('POST', '/v1/signups', { code, ...ids });
  expect(answer.status).toBe(202);
  return { id: ids.phone_number_id, waba: ids.waba_id, code };
}

describe('a number on the real server, over HTTP', () => {
  it('goes from the signup callback to its certificate, its review ended by a webhook', async () => {
    const { id, waba } = await signUp({ scenario: 'review_forever' });

    const waiting = await system.numberWhen(id, ({ stage }) => stage === 'following-name');
    expect(waiting).toMatchObject({ waiting_for: 'meta', cause: 'name_in_review' });
    const { meta } = system.engine;
    await expect.poll(() => meta.isSubscribed(waba), { timeout: 30_000 }).toBe(true);
    await meta.decideName(id, 'APPROVED');
    const done = await system.numberWhen(id, ({ stage }) => stage === 'done');
    expect(done).toMatchObject({ outcome: 'ready', waiting_for: 'nobody' });
    expect(await system.engine.meta.registersOf(id)).toHaveLength(1);
  });

  it('is retried by a person over HTTP once its customer has freed it, and says so in its history', async () => {
    const { id } = await signUp({ ...NAMED, number: { ...NAMED.number, on_handset: true } });
    const stuck = await system.numberWhen(id, ({ waiting_for: who }) => who === 'operator');
    expect(stuck).toMatchObject({ stage: 'registering', cause: 'number_in_use' });

    await system.engine.meta.patch(`/numbers/${id}`, { on_handset: false });
    expect((await system.call('POST', `/v1/numbers/${id}/retry`, {})).status).toBe(200);
    await system.numberWhen(id, ({ outcome }) => outcome === 'ready');
    expect(await system.engine.meta.registersOf(id)).toHaveLength(2);
    expect((await system.call('POST', `/v1/numbers/${id}/retry`, {})).status).toBe(409);
  });

  it('is readable in the Temporal UI: filters, summary, current details, described messages', async () => {
    const { id } = await signUp({ number: { on_handset: true } });
    await system.numberWhen(id, ({ waiting_for: who }) => who === 'operator');
    const workflowId = `onboard-phone-number/${id}`;
    const handle = system.engine.client.workflow.getHandle(workflowId);

    const description = await handle.describe();
    expect(await description.staticSummary()).toContain(id.slice(-4));
    const query = `OnboardingStage = 'registering' AND WaitingFor = 'operator' AND NeedsAttention = true AND LastErrorCode = '100' AND DeadlineAt > '2020-01-01T00:00:00Z'`;
    await expect.poll(() => workflowIds(query), { timeout: 10_000 }).toContain(workflowId);
    const metadata = JSON.stringify(await handle.query('__temporal_workflow_metadata'));
    expect(metadata).toContain('registering: your move');
    expect(metadata).toContain('**number_in_use** (Meta code 100/2388001)');
    expect(metadata).toContain('Try again now');
  });

  it('F05: ends its register call and writes it down when its worker is told to stop', async () => {
    const { meta } = system.engine;
    const match = { path: 'register', times: 1 };
    await meta.post('/faults', { match, kind: 'hang', when: 'after', ms: 1500 });
    const { id } = await signUp(NAMED);
    await expect.poll(() => meta.registersOf(id)).toHaveLength(1);

    expect(await system.worker.stop(20_000)).toEqual({ code: 0, signal: null });
    if (!isPhoneNumberId(id)) throw new Error('not an id');
    expect(await system.engine.store.attempts.of(id)).toMatchObject([{ state: 'ok' }]);
    const heir = await system.startWorker();
    await system.numberWhen(id, ({ outcome }) => outcome === 'ready');
    await heir.stop(20_000);
  });
});

async function workflowIds(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of system.engine.client.workflow.list({ query })) {
    ids.push(workflowId);
  }
  return ids;
}

describe('I4: no secret of a number', () => {
  it('is in its history, in visibility, in any log, in any answer over HTTP or the shell, or in clear in a database', async () => {
    const heir = await system.startWorker();
    const { id, code } = await signUp(NAMED);
    await system.numberWhen(id, ({ outcome }) => outcome === 'ready');
    await heir.stop(20_000);
    const secrets = [
      ...(await secretsOf(system.engine.store, id)),
      { name: 'signup code', value: code },
      { name: 'API token', value: API_TOKEN },
    ];
    const phone = await phoneOf(system.engine.store, id);

    const temporal = Buffer.concat([
      await historyOf(id),
      await visibility(),
      await files(/^temporal/),
    ]);
    const logs = await files(/\.log$/);
    const answers = Buffer.from(system.answers.join('\n'));
    const store = await files(/^store/);
    const { waba } = await accountOf(id);
    const shell = await outputOf([
      ['numbers', 'list', '--json'],
      ['numbers', 'show', id, '--at-meta', '--fields', 'id,certificate,name_status'],
      ['account', 'list', waba, '--fields', 'id,certificate', '--json'],
      ['account', 'show', waba],
      ['doctor'],
      ['pin', 'set', id, '150954'],
    ]);
    for (const bytes of [temporal, logs, answers, store, shell]) {
      // The search itself works: the id is everywhere, and is no secret.
      expect(canariesIn(bytes, [{ name: 'id', value: id }])).toEqual(['id']);
      expect(canariesIn(bytes, secrets)).toEqual([]);
    }
    for (const bytes of [temporal, logs]) expect(canariesIn(bytes, phone)).toEqual([]);
  });
});

async function accountOf(id: string): Promise<{ readonly waba: string }> {
  if (!isPhoneNumberId(id)) throw new Error('not an id');
  return { waba: (await system.engine.store.numbers.byId(id))?.wabaId ?? '' };
}

/** All that the command line prints, errors too, as an administrator sees it beside the running service. */
async function outputOf(commands: readonly (readonly string[])[]): Promise<Buffer> {
  const outputs = await Promise.all(
    commands.map(async (args) => {
      const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
        env: { ...system.engine.env, API_TOKEN },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return Buffer.concat(await Promise.all([buffer(child.stdout), buffer(child.stderr)]));
    }),
  );
  return Buffer.concat(outputs);
}

async function historyOf(id: string): Promise<Buffer> {
  if (!isPhoneNumberId(id)) throw new Error('not an id');
  const handle = system.engine.client.workflow.getHandle(workflowIdOf(id));
  const { History } = proto.temporal.api.history.v1;
  return Buffer.from(History.encode(await handle.fetchHistory()).finish());
}

async function visibility(): Promise<Buffer> {
  const { workflowService } = system.engine.client;
  const listed = await workflowService.listWorkflowExecutions({ namespace: 'default' });
  const { ListWorkflowExecutionsResponse } = proto.temporal.api.workflowservice.v1;
  return Buffer.from(ListWorkflowExecutionsResponse.encode(listed).finish());
}

async function files(name: RegExp): Promise<Buffer> {
  // What the programs wrote last is on its way to the disk.
  await sleep(500);
  const { dir } = system.engine;
  const names = (await readdir(dir)).filter((file) => name.test(file));
  return Buffer.concat(await Promise.all(names.map((file) => readFile(join(dir, file)))));
}
