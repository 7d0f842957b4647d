import { networkInterfaces } from 'node:os';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canariesIn } from '../support/canary.ts';
import { freePort } from '../support/free-port.ts';
import { phoneOf, secretsOf } from './secrets.ts';
import { startSystem, type System } from './system.ts';

const NUMBERS = 3;

let system: System;
let pages: { readonly starter: string; readonly worker: string };
const ids: string[] = [];

beforeAll(async () => {
  const ports = { starter: await freePort(), worker: await freePort() };
  pages = { starter: urlOf(ports.starter), worker: urlOf(ports.worker) };
  system = await startSystem({
    STARTER_METRICS_PORT: ports.starter.toString(),
    WORKER_METRICS_PORT: ports.worker.toString(),
  });
  for (let i = 0; i < NUMBERS; i += 1) {
    const order = { scenario: 'review_forever', number: { name_status: 'APPROVED' } };
    const { code, ...number } = await system.engine.meta.signUp(order);
    expect((await system.call('POST', '/v1/signups', { code, ...number })).status).toBe(202);
    ids.push(number.phone_number_id, number.waba_id);
    await system.numberWhen(number.phone_number_id, ({ outcome }) => outcome === 'ready');
  }
});
afterAll(async () => {
  await system.close();
});

const urlOf = (port: number): string => `http://127.0.0.1:${port.toString()}/metrics`;

async function read(url: string): Promise<string> {
  const answer = await request(url);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.body.text();
}

test('both programs count the numbers that went through, the calls to Meta and the answers', async () => {
  // The starter reads its store at most every ten seconds.
  await expect
    .poll(() => read(pages.starter), { timeout: 30_000, interval: 500 })
    .toMatch(
      /^onboarding_numbers\{stage="done",waiting_for="nobody",cause="",outcome="ready"\} 3$/m,
    );
  const starter = await read(pages.starter);
  expect(starter).toMatch(
    /^onboarding_http_answers_total\{method="POST",route="\/v1\/signups",status="202"\} 3$/m,
  );
  expect(starter).toMatch(
    /^onboarding_graph_calls_total\{call="exchange the signup code",verdict="ok"\} 3$/m,
  );
  const worker = await read(pages.worker);
  expect(worker).toMatch(
    /^onboarding_graph_calls_total\{call="register the number",verdict="ok"\} 3$/m,
  );
  expect(worker).toMatch(/^onboarding_graph_call_seconds_count\{call="register the number"\} 3$/m);
});

test("the worker's page holds the metrics of Temporal's SDK", async () => {
  const worker = await read(pages.worker);
  expect(worker).toMatch(
    /^temporal_workflow_completed\{.*workflow_type="onboardPhoneNumber".*\} 3$/m,
  );
  expect(worker).toMatch(
    /^temporal_activity_execution_latency_bucket\{.*activity_type="register".*\}/m,
  );
  expect(worker).toMatch(/^temporal_worker_task_slots_available\{/m);
});

test('no label holds an id, a phone number or a secret, and more numbers make no more lines', async () => {
  for (const url of Object.values(pages)) {
    const before = await read(url);
    const secrets = await Promise.all(
      ids
        .filter((_id, i) => i % 2 === 0)
        .flatMap((id) => [secretsOf(system.engine.store, id), phoneOf(system.engine.store, id)]),
    );
    const canaries = [...secrets.flat(), ...ids.map((value) => ({ name: 'id', value }))];
    expect(canariesIn(Buffer.from(before), canaries)).toEqual([]);
    const series = before.split('\n').filter((line) => /^(onboarding|temporal)_/.test(line));
    expect(series.length).toBeLessThan(1500);
  }
});

test('is served on loopback alone', async () => {
  const [outside] = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  if (outside === undefined) return;
  const url = pages.starter.replace('127.0.0.1', outside.address);
  await expect(request(url)).rejects.toThrow(/ECONNREFUSED/);
});
