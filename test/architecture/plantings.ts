// One small violation per import arrow, more where a rule has two ways to be broken: a value and a type, a direct reach and a transitive one.

/** Written into a tree of its own, `source` must be reported in the file `at` under `rule`. */
export interface Planting {
  readonly rule: string;
  readonly at: string;
  readonly source: string;
}

const target = 'export const target = 1;\nexport type Target = typeof target;\n';
const value = (from: string): string =>
  `import { target } from '${from}';\nexport const planted = target;\n`;
const type = (from: string): string =>
  `import type { Target } from '${from}';\nexport type Planted = Target;\n`;
const npm = (name: string): string =>
  `import * as planted from '${name}';\nexport const used = planted;\n`;
const npmType = (name: string): string =>
  `import type * as planted from '${name}';\nexport type Used = typeof planted;\n`;

/** Something to point at in every folder, and the far ends of the leak and of the ring planted below. */
export const targets: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'src/domain/target.ts',
      'src/contract/target.ts',
      'src/workflows/target.ts',
      'src/activities/target.ts',
      'src/steps/target.ts',
      'src/desk/target.ts',
      'src/graph/target.ts',
      'src/store/target.ts',
      'src/keyring/target.ts',
      'src/http/target.ts',
      'src/cli/target.ts',
      'src/cli/main.ts',
      'src/embedded/target.ts',
      'src/embedded/leash.ts',
      'src/config.ts',
      'src/logging.ts',
      'src/connection.ts',
      'src/worker.ts',
      'src/starter.ts',
      'src/embedded.ts',
      'fake-graph/target.ts',
      'test/support/target.ts',
      'scripts/target.ts',
      'bench/target.ts',
    ].map((path) => [path, target]),
  ),
  'src/domain/leak.ts': `import '../graph/target.ts';\n${target}`,
  'src/domain/ring-b.ts': `import './ring-a.ts';\n${target}`,
};

/** Reported by dependency-cruiser, under names that .dependency-cruiser.cjs gives. */
export const dependencyPlantings: readonly Planting[] = [
  {
    rule: 'domain-imports-only-domain',
    at: 'src/domain/a.ts',
    source: type('../contract/target.ts'),
  },
  { rule: 'domain-imports-only-domain', at: 'src/domain/b.ts', source: npm('zod') },
  { rule: 'domain-imports-only-domain', at: 'src/domain/c.ts', source: npm('node:crypto') },
  {
    rule: 'contract-imports-only-domain',
    at: 'src/contract/a.ts',
    source: npm('@temporalio/workflow'),
  },
  {
    rule: 'contract-imports-only-domain',
    at: 'src/contract/b.ts',
    source: type('../graph/target.ts'),
  },
  {
    rule: 'workflows-import-only-deterministic-code',
    at: 'src/workflows/a.ts',
    source: type('../activities/target.ts'),
  },
  {
    rule: 'workflows-import-only-deterministic-code',
    at: 'src/workflows/b.ts',
    source: npm('node:fs'),
  },
  {
    rule: 'workflows-import-only-deterministic-code',
    at: 'src/workflows/c.ts',
    source: "export { target } from '../store/target.ts';\n",
  },
  {
    rule: 'workflow-bundle-reaches-no-io',
    at: 'src/workflows/d.ts',
    source: type('../domain/leak.ts'),
  },
  { rule: 'graph-knows-no-temporal', at: 'src/graph/a.ts', source: npm('@temporalio/common') },
  { rule: 'graph-knows-no-temporal', at: 'src/graph/b.ts', source: type('../contract/target.ts') },
  { rule: 'graph-knows-no-temporal', at: 'src/graph/c.ts', source: type('../store/target.ts') },
  {
    rule: 'partner-knows-no-temporal-and-no-meta',
    at: 'src/partner/a.ts',
    source: type('../graph/target.ts'),
  },
  {
    rule: 'partner-knows-no-temporal-and-no-meta',
    at: 'src/partner/b.ts',
    source: npm('@temporalio/common'),
  },
  {
    rule: 'telemetry-counts-and-decides-nothing',
    at: 'src/telemetry/a.ts',
    source: type('../activities/target.ts'),
  },
  {
    rule: 'telemetry-counts-and-decides-nothing',
    at: 'src/telemetry/b.ts',
    source: npmType('@temporalio/worker'),
  },
  {
    rule: 'store-knows-no-temporal-and-no-graph',
    at: 'src/store/a.ts',
    source: type('../graph/target.ts'),
  },
  {
    rule: 'store-knows-no-temporal-and-no-graph',
    at: 'src/store/b.ts',
    source: npm('@temporalio/activity'),
  },
  { rule: 'keyring-knows-no-database', at: 'src/keyring/a.ts', source: type('../store/target.ts') },
  { rule: 'keyring-knows-no-database', at: 'src/keyring/b.ts', source: npm('kysely') },
  {
    rule: 'payloads-know-keys-and-nothing-else',
    at: 'src/payloads/a.ts',
    source: type('../store/target.ts'),
  },
  {
    rule: 'activities-import-no-workflow-and-no-edge',
    at: 'src/activities/a.ts',
    source: value('../workflows/target.ts'),
  },
  {
    rule: 'activities-import-no-workflow-and-no-edge',
    at: 'src/activities/b.ts',
    source: type('../config.ts'),
  },
  {
    rule: 'activities-import-no-workflow-and-no-edge',
    at: 'src/activities/c.ts',
    source: value('../http/target.ts'),
  },
  {
    rule: 'steps-know-no-temporal-and-no-edge',
    at: 'src/steps/a.ts',
    source: npm('@temporalio/activity'),
  },
  {
    rule: 'steps-know-no-temporal-and-no-edge',
    at: 'src/steps/b.ts',
    source: type('../contract/target.ts'),
  },
  { rule: 'desk-knows-no-door', at: 'src/desk/a.ts', source: value('../http/target.ts') },
  { rule: 'desk-knows-no-door', at: 'src/desk/b.ts', source: npm('@temporalio/client') },
  {
    rule: 'http-imports-no-workflow-and-no-activity',
    at: 'src/http/a.ts',
    source: type('../workflows/target.ts'),
  },
  {
    rule: 'http-imports-no-workflow-and-no-activity',
    at: 'src/http/b.ts',
    source: value('../activities/target.ts'),
  },
  {
    rule: 'cli-imports-no-workflow-and-no-activity',
    at: 'src/cli/a.ts',
    source: value('../workflows/target.ts'),
  },
  {
    rule: 'cli-imports-no-workflow-and-no-activity',
    at: 'src/cli/b.ts',
    source: value('../http/target.ts'),
  },
  { rule: 'only-graph-and-partner-call-out', at: 'src/activities/d.ts', source: npm('undici') },
  { rule: 'only-http-serves', at: 'src/graph/d.ts', source: npm('node:http') },
  { rule: 'only-http-serves', at: 'src/store/c.ts', source: npm('https') },
  { rule: 'zod-only-where-input-arrives', at: 'src/activities/e.ts', source: npmType('zod') },
  {
    rule: 'temporal-client-only-at-the-edge',
    at: 'src/activities/f.ts',
    source: npm('@temporalio/client'),
  },
  {
    rule: 'temporal-worker-only-in-the-worker',
    at: 'src/http/c.ts',
    source: npm('@temporalio/worker'),
  },
  { rule: 'nothing-imports-a-program', at: 'src/http/d.ts', source: value('../starter.ts') },
  {
    rule: 'nothing-imports-a-program',
    at: 'test/workflows/a.ts',
    source: "import '../../src/worker.ts';\n",
  },
  {
    rule: 'nothing-imports-a-program',
    at: 'scripts/a.ts',
    source: "await import('../src/cli/main.ts');\n",
  },
  { rule: 'nothing-imports-a-program', at: 'src/embedded/a.ts', source: value('../worker.ts') },
  { rule: 'nothing-imports-a-program-part', at: 'src/embedded/b.ts', source: value('./leash.ts') },
  {
    rule: 'only-the-embedded-start-uses-its-parts',
    at: 'src/connection.ts',
    source: type('./embedded/target.ts') + target,
  },
  {
    rule: 'embedded-starts-programs-and-imports-none',
    at: 'src/embedded/c.ts',
    source: type('../activities/target.ts'),
  },
  {
    rule: 'embedded-starts-programs-and-imports-none',
    at: 'src/embedded/d.ts',
    source: npm('@temporalio/client'),
  },
  {
    rule: 'src-imports-no-test',
    at: 'src/store/d.ts',
    source: value('../../test/support/target.ts'),
  },
  { rule: 'src-imports-no-test', at: 'src/store/e.ts', source: value('../../bench/target.ts') },
  { rule: 'src-knows-no-fake', at: 'src/graph/e.ts', source: type('../../fake-graph/target.ts') },
  {
    rule: 'fake-graph-is-an-independent-witness',
    at: 'fake-graph/a.ts',
    source: value('../src/graph/target.ts'),
  },
  {
    rule: 'fake-graph-is-an-independent-witness',
    at: 'fake-graph/b.ts',
    source: type('../src/domain/target.ts'),
  },
  {
    rule: 'fake-graph-is-an-independent-witness',
    at: 'fake-graph/c.ts',
    source: npm('@temporalio/client'),
  },
  { rule: 'no-cycles', at: 'src/domain/ring-a.ts', source: type('./ring-b.ts') + target },
  { rule: 'no-orphans', at: 'src/domain/lonely.ts', source: target },
  { rule: 'everything-resolves', at: 'src/graph/f.ts', source: npm('no-such-package') },
  {
    rule: 'domain-tests-need-only-the-domain',
    at: 'test/domain/a.ts',
    source: value('../../src/graph/target.ts'),
  },
  {
    rule: 'domain-tests-need-only-the-domain',
    at: 'test/domain/b.ts',
    source: npm('@temporalio/testing'),
  },
  {
    rule: 'domain-tests-need-only-the-domain',
    at: 'test/domain/c.ts',
    source: value('../../fake-graph/target.ts'),
  },
  {
    rule: 'graph-tests-need-no-temporal',
    at: 'test/graph/a.ts',
    source: npm('@temporalio/testing'),
  },
  {
    rule: 'graph-tests-need-no-temporal',
    at: 'test/graph/b.ts',
    source: value('../../src/activities/target.ts'),
  },
];

/** Innocent neighbours of the plantings. A rule that reports one of these is too wide. */
export const lookAlikes: readonly Omit<Planting, 'rule'>[] = [
  { at: 'src/logging.ts', source: npmType('@temporalio/worker') + target },
  { at: 'test/graph/like.ts', source: value('../../fake-graph/target.ts') },
  {
    at: 'test/activities/like.ts',
    source: value('../../src/activities/target.ts') + "import '@temporalio/testing';\n",
  },
  { at: 'src/activities/like.ts', source: npm('node:crypto') },
  { at: 'src/graph/like.ts', source: npm('undici') },
  { at: 'src/store/like.ts', source: npm('zod') },
  { at: 'src/http/like.ts', source: npm('@temporalio/client') },
  {
    at: 'src/workflows/like.ts',
    source: 'export const f = (): number => Date.now();\n' + value('../domain/like.ts'),
  },
  {
    at: 'src/domain/like.ts',
    source:
      "export const target = { kind: 'x' } as const;\nexport function f(xs: readonly number[]): number {\n  let n = 0;\n  for (const x of xs) n = Math.max(n, x);\n  return n;\n}\n",
  },
  {
    at: 'src/embedded/like.ts',
    source: `import type { Target } from './leash.ts';\nexport type T = Target;\n${value('../config.ts')}`,
  },
  { at: 'src/embedded.ts', source: value('./embedded/like.ts') + target },
  { at: 'src/worker.ts', source: "export const f = (): unknown => process.env['X'];\n" + target },
];
