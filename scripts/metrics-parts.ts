import { Registry } from 'prom-client';
import { z } from 'zod';
import { addFleetMetrics } from '../src/telemetry/fleet-metrics.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';

const metricShape = z.object({
  name: z.string(),
  help: z.string(),
  type: z.string(),
  labelNames: z.array(z.string()),
});

/** A metric of ours, as a row of the reference. */
export type MetricRow = readonly [name: string, kind: string, labels: string, meaning: string];

/** Both programs count for themselves; starters show the store as well. */
export function metricRows(): Readonly<Record<'own' | 'fleet', readonly MetricRow[]>> {
  const fleet = new Registry();
  addFleetMetrics(fleet, {
    figures: { read: () => Promise.reject(new Error('nobody asks for figures here')) },
    nowMs: () => 0,
    onFailure: () => undefined,
  });
  return { own: rowsOf(createMetrics().registry), fleet: rowsOf(fleet) };
}

function rowsOf(registry: Registry): readonly MetricRow[] {
  return registry
    .getMetricsAsArray()
    .map((metric) => metricShape.parse(metric))
    .filter(({ name }) => name.startsWith('onboarding_'))
    .map(({ name, help, type, labelNames }) => [
      `\`${name}\``,
      type,
      labelNames.map((label) => `\`${label}\``).join(', '),
      help,
    ]);
}
