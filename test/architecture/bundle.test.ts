import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';

import { expect, inject, it, onTestFinished } from 'vitest';
import * as z from 'zod';

import { writeWorkflowBundle } from '../../scripts/bundle-workflows.ts';

const LIMIT_BYTES = 600_000;
const ROOT = join(import.meta.dirname, '../..');

const OURS = /^src\/((workflows|contract|domain)\/|payloads\/(payload-converter|metadata)\.ts$)/;
const THE_SDKS = /^node_modules\/(@temporalio\/(workflow|common)|nexus-rpc|ms|long)\//;
// Its runtime, and the empty module it puts where nobody gave the SDK a failure converter.
const WEBPACKS = /^webpack\/|^ignored\|.*\|__temporal_custom_failure_converter$/;

const SourceMap = z.object({ sources: z.array(z.string()) });

it('weighs less than 600 kB without its source map', async () => {
  const { code } = await openBundle(inject('workflowBundlePath'));
  expect(Buffer.byteLength(code)).toBeLessThan(LIMIT_BYTES);
});

it('holds workflows, contract, domain and the parts of the SDK, and nothing else', async () => {
  const { modules } = await openBundle(inject('workflowBundlePath'));
  expect(modules).toContain('src/workflows/index.ts');
  expect(foreignTo(modules)).toEqual([]);
});

it('is too heavy with zod in it, which the two tests above then see', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'foreign-bundle-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const workflows = join(dir, 'src/workflows');
  await mkdir(workflows, { recursive: true });
  await writeFile(join(workflows, 'index.ts'), "export * as planted from 'zod';\n");

  const path = join(dir, 'bundle.js');
  await writeWorkflowBundle(path, join(workflows, 'index.ts'));
  const { code, modules } = await openBundle(path);
  expect(Buffer.byteLength(code)).toBeGreaterThan(LIMIT_BYTES);
  expect(foreignTo(modules)).toContainEqual(expect.stringMatching(/^node_modules\/zod\//));
});

function foreignTo(modules: readonly string[]): readonly string[] {
  return modules.filter((module) => ![OURS, THE_SDKS, WEBPACKS].some((own) => own.test(module)));
}

/** Every module has its place in the source map at the end of the bundle. */
async function openBundle(path: string): Promise<{ code: string; modules: readonly string[] }> {
  const [code = '', map = ''] = (await readFile(path, 'utf8')).split(
    '//# sourceMappingURL=data:application/json;charset=utf-8;base64,',
  );
  const { sources } = SourceMap.parse(JSON.parse(Buffer.from(map, 'base64').toString()));
  const modules = sources.map((source) => (isAbsolute(source) ? relative(ROOT, source) : source));
  return { code, modules };
}
