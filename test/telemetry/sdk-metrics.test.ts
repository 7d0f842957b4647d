import type { Metric, MetricTags } from '@temporalio/common';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { addSdkMetrics } from '../../src/telemetry/sdk-metrics.ts';

const metric = (name: string, kind: Metric['kind']): Metric => ({ name, kind, valueType: 'float' });

type Update = readonly [Metric, number, MetricTags?];

/** The page after the SDK has told these things. */
async function pageOf(...updates: readonly Update[]): Promise<string> {
  const registry = new Registry();
  const take = addSdkMetrics(registry, {
    retrieveUpdates: () =>
      updates.map(([told, value, attributes = {}]) => ({ metric: told, value, attributes })),
  });
  take();
  return registry.metrics();
}

test("counters add up, gauges show the last word, durations are in seconds' buckets", async () => {
  const page = await pageOf(
    [metric('temporal_request', 'counter'), 1, { operation: 'StartWorkflowExecution' }],
    [metric('temporal_request', 'counter'), 2, { operation: 'StartWorkflowExecution' }],
    [metric('temporal_num_pollers', 'gauge'), 5],
    [metric('temporal_num_pollers', 'gauge'), 4],
    [metric('temporal_up_down', 'up-down-counter'), 3],
    [metric('temporal_up_down', 'up-down-counter'), -1],
    [metric('temporal_request_latency', 'histogram'), 0.2],
  );
  expect(page).toContain('temporal_request{operation="StartWorkflowExecution"} 3');
  expect(page).toContain('temporal_num_pollers 4');
  expect(page).toContain('temporal_up_down 2');
  expect(page).toContain('temporal_request_latency_bucket{le="0.1"} 0');
  expect(page).toContain('temporal_request_latency_bucket{le="0.5"} 1');
});

test('what the SDK might say about one number is left out', async () => {
  const page = await pageOf([
    metric('temporal_request', 'counter'),
    1,
    { operation: 'Signal', workflow_id: 'onboard-phone-number/106540352242922', phone: '+1 631' },
  ]);
  expect(page).toContain('temporal_request{operation="Signal"} 1');
  expect(page).not.toMatch(/106540352242922|631/);
});

test('a label with ever new values stops at 300 lines, and the rest is counted', async () => {
  const updates = Array.from({ length: 1000 }, (_, i): Update => [
    metric('temporal_request', 'counter'),
    1,
    { operation: `op-${i}` },
  ]);
  const page = await pageOf(...updates, ...updates);
  expect(page.match(/^temporal_request\{/gm)).toHaveLength(300);
  expect(page).toContain('temporal_request{operation="op-0"} 2');
  expect(page).toContain('onboarding_sdk_updates_dropped_total 1400');
});
