import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowIdOf } from '../../src/contract/onboarding.ts';
import { isPhoneNumberId } from '../../src/domain/phone-number.ts';
import { canariesIn } from '../support/canary.ts';
import { startCollector, type Collector, type Span } from './collector.ts';
import { phoneOf, secretsOf } from './secrets.ts';
import { startSystem, type System } from './system.ts';

const BATCH_MS = 100;
/** What a caller might send along, as a browser's or a gateway's own tracing does. */
const BAGGAGE = 'customer=Lucky-Shrub-Ltd';
const FOREIGN_TRACE = '0af7651916cd43dd8448eb211c80319c';

let system: System;
let collector: Collector;
let url: string;

beforeAll(async () => {
  collector = await startCollector();
  system = await startSystem({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: BATCH_MS.toString(),
  });
  url = system.url;
});
afterAll(async () => {
  await system.close();
  collector.close();
});

/** A number that goes through, and every span up to then. */
async function playNumber(): Promise<{ readonly id: string; readonly code: string }> {
  const order = { scenario: 'review_forever', number: { name_status: 'APPROVED' } };
  const { code, ...number } = await system.engine.meta.signUp(order);
  const answer = await request(`${url}/v1/signups`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', baggage: BAGGAGE, tracestate: BAGGAGE },
      traceparent: `00-${FOREIGN_TRACE}-b7ad6b7169203331-01`,
    },
    body: JSON.stringify({ code, ...number }),
  });
  expect(answer.statusCode).toBe(202);
  await answer.body.dump();
  const id = number.phone_number_id;
  await system.numberWhen(id, ({ outcome }) => outcome === 'ready');
  await sleep(3 * BATCH_MS);
  return { id, code };
}

/** From a span up to the first of its trace. */
function pathOf(spans: readonly Span[], span: Span | undefined): readonly string[] {
  if (span === undefined) return [];
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [...pathOf(spans, parent), span.name];
}

test('one trace leads from the callback over the workflow and its activity to the call to Meta', async () => {
  await playNumber();
  const spans = collector.spans();
  const call = spans.find(({ name }) => name === 'Graph: register the number');
  expect(pathOf(spans, call)).toEqual([
    'POST /v1/signups',
    'StartWorkflow:onboardPhoneNumber',
    'RunActivity:register',
    'Graph: register the number',
  ]);
  const trace = spans.filter(({ traceId }) => traceId === call?.traceId);
  expect(new Set(trace.map(({ program }) => program))).toEqual(
    new Set(['whatsapp-onboarding-starter', 'whatsapp-onboarding-worker']),
  );
  expect(trace.map(({ name }) => name)).toContain('Graph: exchange the signup code');
  expect(trace.map(({ name }) => name)).toContain('RunActivity:announce');
});

test('neither spans nor the history hold a secret, a phone number, or what a caller sent along', async () => {
  const { id, code } = await playNumber();
  if (!isPhoneNumberId(id)) throw new Error('not an id');
  const history = await system.engine.client.workflow.getHandle(workflowIdOf(id)).fetchHistory();
  const canaries = [
    ...(await secretsOf(system.engine.store, id)),
    ...(await phoneOf(system.engine.store, id)),
    ...[code, BAGGAGE, FOREIGN_TRACE].map((value, i) => ({ name: `sent along ${i}`, value })),
  ];
  expect(canariesIn(collector.bytes(), canaries)).toEqual([]);
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  const header = started?.header?.fields?.['_tracer-data'];
  const told = Buffer.from(header?.data ?? []).toString();
  expect(told).toMatch(/^\{"traceparent":"00-[0-9a-f]{32}-[0-9a-f]{16}-01"\}$/);
  expect(told).not.toContain(FOREIGN_TRACE);
});

test('a health check makes no trace', async () => {
  await system.call('GET', '/readyz');
  await sleep(3 * BATCH_MS);
  expect(collector.spans().filter(({ name }) => name.includes('ready'))).toEqual([]);
});
