import type { Metric, MetricTags } from '@temporalio/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What Temporal's SDK says of its metrics since it was asked last. */
export interface SdkUpdates {
  retrieveUpdates(): Iterable<{
    readonly metric: Metric;
    readonly value: number;
    readonly attributes: MetricTags;
  }>;
}

/** Of the SDK's own attributes those that have few values, all from code. Others are left out. */
export const LABELS = [
  ...(['namespace', 'task_queue', 'workflow_type', 'activity_type', 'operation'] as const),
  ...(['poller_type', 'worker_type', 'status_code', 'failure_reason', 'eager'] as const),
] as const;

/** More would be something that we took for a word and is not one; the page must stay small. */
const MOST_SERIES = 300;

/** From a local activity to an activity that waits with its timer in the server. */
const BUCKETS_S = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 3600];

/**
 * Shows the SDK's own metrics in our registry, under the SDK's names. The answer takes over what is new: call it often, as the
 * SDK's buffer is bounded, and before the page is shown.
 */
export function addSdkMetrics(registry: Registry, updates: SdkUpdates): () => void {
  const series = new Map<string, Set<string>>();
  const dropped = new Counter({
    name: 'onboarding_sdk_updates_dropped_total',
    help: "Updates of the SDK's metrics that would have made one too many series",
    registers: [registry],
  });
  const recorders = new Map<string, Recorder>();
  return () => {
    for (const { metric, value, attributes } of updates.retrieveUpdates()) {
      const record = recorders.get(metric.name) ?? createRecorder(registry, metric);
      recorders.set(metric.name, record);
      const known = series.get(metric.name) ?? new Set();
      series.set(metric.name, known);
      const labels = labelsOf(attributes);
      const key = JSON.stringify(labels);
      if (known.size >= MOST_SERIES && !known.has(key)) dropped.inc();
      else record(labels, value);
      if (known.size < MOST_SERIES) known.add(key);
    }
  };
}

type Labels = Partial<Record<(typeof LABELS)[number], string>>;
type Recorder = (labels: Labels, value: number) => void;

function createRecorder(registry: Registry, { name, description, kind }: Metric): Recorder {
  const options = {
    ...{ name, help: description === undefined || description === '' ? name : description },
    ...{ labelNames: LABELS, registers: [registry] },
  };
  switch (kind) {
    case 'counter': {
      const counter = new Counter(options);
      return (labels, value) => {
        counter.inc(labels, value);
      };
    }
    case 'histogram': {
      const histogram = new Histogram({ ...options, buckets: BUCKETS_S });
      return (labels, value) => {
        histogram.observe(labels, value);
      };
    }
    case 'gauge': {
      const gauge = new Gauge(options);
      return (labels, value) => {
        gauge.set(labels, value);
      };
    }
    case 'up-down-counter': {
      const gauge = new Gauge(options);
      return (labels, value) => {
        gauge.inc(labels, value);
      };
    }
  }
}

function labelsOf(attributes: MetricTags): Labels {
  const labels: Labels = {};
  for (const name of LABELS) {
    const value = attributes[name];
    if (value !== undefined) labels[name] = String(value);
  }
  return labels;
}
