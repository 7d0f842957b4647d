import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { createGraphClient } from '../../src/graph/client.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { phoneNumberId, wabaId } from '../store/builders.ts';
import { canariesIn } from '../support/canary.ts';
import { APP_ID, APP_SECRET, startFakeMeta, type FakeMeta } from '../support/fake-meta.ts';
import { freePort } from '../support/free-port.ts';

interface Rig {
  readonly metrics: Metrics;
  readonly meta: FakeMeta;
  readonly graph: ReturnType<typeof createGraphClient>;
}

async function openRig(baseUrl?: string): Promise<Rig> {
  const meta = await startFakeMeta();
  const metrics = createMetrics();
  const graph = createGraphClient({
    ...{ baseUrl: baseUrl ?? meta.url, version: 'v25.0', timeoutMs: 2000 },
    ...{ appId: APP_ID, appSecret: new Secret(APP_SECRET), around: metrics.aroundCall },
  });
  onTestFinished(async () => {
    await graph.close();
    await meta.close();
  });
  return { metrics, meta, graph };
}

const PIN = '150954';

test('calls are counted by kind and by what Meta said, and by nothing of the number', async () => {
  const { metrics, meta, graph } = await openRig();
  const order = { scenario: 'review_forever', number: { on_handset: true } };
  const { code, phone_number_id: id } = await meta.signUp(order);
  const token = await graph.exchangeCode({ code: new Secret(code) });
  const number = { token, phoneNumberId: phoneNumberId(id) };
  await expect(graph.register({ ...number, pin: new Secret(PIN) })).rejects.toThrow('refused');
  await graph.readPhoneNumber(number);
  const page = await metrics.registry.metrics();
  for (const line of [
    'onboarding_graph_calls_total{call="exchange the signup code",verdict="ok"} 1',
    'onboarding_graph_calls_total{call="register the number",verdict="refused-ask"} 1',
    'onboarding_graph_calls_total{call="read the number",verdict="ok"} 1',
    'onboarding_graph_call_seconds_count{call="register the number"} 1',
  ]) {
    expect(page).toContain(line);
  }
  const canaries = [id, code, token.reveal(), PIN].map((value, i) => ({ name: `${i}`, value }));
  expect(canariesIn(Buffer.from(page), canaries)).toEqual([]);
});

test('a Meta that cannot be reached is counted too', async () => {
  const { metrics, graph } = await openRig(`http://127.0.0.1:${await freePort()}`);
  const number = { token: new Secret('EAAtoken'), phoneNumberId: phoneNumberId('1') };
  await expect(graph.readPhoneNumber(number)).rejects.toThrow('not reached');
  expect(await metrics.registry.metrics()).toContain(
    'onboarding_graph_calls_total{call="read the number",verdict="unreachable"} 1',
  );
});

test("a partner's event is counted with its delay once it is taken, and as an attempt before", async () => {
  const { registry, countingDeliveries } = createMetrics();
  const answers = [{ kind: 'refused', status: 500 }, { kind: 'accepted' }] as const;
  let n = 0;
  const partner = countingDeliveries(
    { deliver: () => Promise.resolve(answers[n++] ?? answers[1]) },
    () => 90_000,
  );
  const event = {
    ...{ id: 'evt_1', type: 'number.verified', atMs: 60_000, text: 'Verified.' },
    ...{ phoneNumberId: phoneNumberId('1'), wabaId: wabaId('2') },
  };
  expect(await partner.deliver(event)).toEqual(answers[0]);
  expect(await partner.deliver(event)).toEqual(answers[1]);
  const page = await registry.metrics();
  expect(page).toContain('onboarding_event_attempts_total{result="refused"} 1');
  expect(page).toContain('onboarding_event_attempts_total{result="accepted"} 1');
  expect(page).toContain('onboarding_event_lag_seconds_sum 30');
  expect(page).toContain('onboarding_event_lag_seconds_count 1');
});
