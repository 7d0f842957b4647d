import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { addFleetMetrics } from '../../src/telemetry/fleet-metrics.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { LABELS } from '../../src/telemetry/sdk-metrics.ts';
import { anchorsIn } from '../docs/markdown.ts';
import { askedIn } from './promql.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (path: string): string => readFileSync(ROOT + path, 'utf8');

const rules = z
  .object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.strictObject({
            alert: z.string().regex(/^Onboarding[A-Za-z]+$/),
            expr: z.string(),
            for: z.string().regex(/^[0-9]+[mh]$/),
            labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
            annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(textOf('ops/prometheus/alerts.yml')))
  .groups.flatMap((group) => group.rules);

const dashboard = z
  .object({
    title: z.string(),
    panels: z.array(
      z.object({
        id: z.number(),
        title: z.string(),
        gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
        targets: z.array(z.object({ refId: z.string(), expr: z.string() })).min(1),
      }),
    ),
  })
  .parse(JSON.parse(textOf('ops/grafana/onboarding.json')));

const questions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
];

/** Labels by metric: ours from the code that counts, Temporal's where its native half knows the name. */
const ours = new Map<string, readonly string[]>();
const shape = z.object({ name: z.string(), labelNames: z.array(z.string()) });
const fleet = new Registry();
addFleetMetrics(fleet, {
  figures: { read: () => Promise.reject(new Error('not asked')) },
  nowMs: () => 0,
  onFailure: () => undefined,
});
for (const registry of [createMetrics().registry, fleet]) {
  for (const metric of registry.getMetricsAsArray()) {
    const { name, labelNames } = shape.parse(metric);
    ours.set(name, labelNames);
  }
}

const native = readFileSync(nativeFile());

function nativeFile(): string {
  const folder = `${ROOT}node_modules/@temporalio/core-bridge/releases/`;
  const names = ['x86_64-unknown-linux-gnu', 'aarch64-unknown-linux-gnu', 'aarch64-apple-darwin'];
  const files = [...names, 'x86_64-apple-darwin'].map((name) => `${folder}${name}/index.node`);
  return files.find((path) => existsSync(path)) ?? '';
}

/** Undefined: nobody shows this metric. Prometheus itself adds `up`, `job` and `instance`. */
function labelsOf(metric: string): readonly string[] | undefined {
  const name = metric.replace(/_(bucket|sum|count)$/, '');
  const added = ['job', 'instance', ...(name === metric ? [] : ['le'])];
  if (metric === 'up') return added;
  const own = ours.get(name) ?? ours.get(metric);
  if (own !== undefined) return [...own, ...added];
  const isTemporals = name.startsWith('temporal_') && native.includes(name.slice(9));
  return isTemporals ? [...LABELS, ...added] : undefined;
}

function flawsOf(expression: string): readonly string[] {
  const { metrics, labels } = askedIn(expression);
  const known = metrics.flatMap((metric) => labelsOf(metric) ?? []);
  return [
    ...metrics.filter((metric) => labelsOf(metric) === undefined),
    ...labels.filter((label) => !known.includes(label)),
  ];
}

describe('what is asked of the metrics', () => {
  it.each(questions)('%s: is PromQL, of metrics and labels that are shown', (_name, expr) => {
    expect(flawsOf(expr)).toEqual([]);
  });

  it.each([
    ['sum(onboarding_nothing)', ['onboarding_nothing']],
    ['sum(temporal_nothing_of_the_kind)', ['temporal_nothing_of_the_kind']],
    ['sum by (phone) (onboarding_numbers)', ['phone']],
    ['onboarding_numbers{le="0"}', ['le']],
  ])('would not get past this check: %s', (expr, flaws) => {
    expect(flawsOf(expr)).toEqual(flaws);
  });

  it('would not get past it with a bracket too few', () => {
    expect(() => flawsOf('sum(onboarding_numbers')).toThrow('no PromQL');
  });

  it('looks for bounds of the time left that are there', async () => {
    const bounds = [...(await fleet.metrics()).matchAll(/time_left_seconds_bucket\{le="([^"]+)"/g)];
    const wanted = rules.flatMap(({ expr }) => [...expr.matchAll(/le=~"([^"]+)"/g)]);
    expect(wanted.length).toBeGreaterThan(0);
    for (const [, pattern = ''] of wanted) {
      expect(bounds.some(([, le]) => new RegExp(`^(${pattern})$`).test(le ?? ''))).toBe(true);
    }
  });
});

test('every alert has a name of its own, and a section that says what to do', () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  const anchors = anchorsIn(textOf('docs/how-to/watch-it.md'));
  for (const { alert, annotations } of rules) {
    const [page, anchor = ''] = annotations.runbook.split('#');
    expect([alert, page]).toEqual([alert, 'docs/how-to/watch-it.md']);
    expect(anchors, alert).toContain(anchor);
    expect(textOf('docs/how-to/watch-it.md'), alert).toContain(`\`${alert}\``);
  }
});

test('no two panels of the dashboard lie over each other', () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) process.stderr.write('SKIPPED: no `promtool` here to check the alerts with\n');
test.runIf(hasPromtool)('Prometheus takes the alerts and the configuration', () => {
  const check = ['check', 'config', 'prometheus.yml'];
  expect(execFileSync('promtool', check, { cwd: `${ROOT}ops/prometheus` }).toString()).toContain(
    'SUCCESS',
  );
});
