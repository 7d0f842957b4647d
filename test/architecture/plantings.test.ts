import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

import type { Planting } from './plantings.ts';
import { dependencyPlantings, lookAlikes, targets } from './plantings.ts';
import { compilerPlantings, lintPlantings } from './source-plantings.ts';

const ROOT = join(import.meta.dirname, '../..');
const RULE_FILES = ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs', 'eslint.config.js'];
const PLANTED = [...dependencyPlantings, ...lintPlantings, ...compilerPlantings];

/** One report: `<rule> in <file>`. */
let reports: ReadonlySet<string>;
let tree: string;

beforeAll(async () => {
  tree = await realpath(await mkdtemp(join(tmpdir(), 'plantings-')));
  await plant(tree);
  const found = await Promise.all([cruise(), lint(), compile()]);
  reports = new Set(found.flat());
});

afterAll(() => rm(tree, { recursive: true }));

describe('every rule is planted and caught', () => {
  it.each(PLANTED)('catches $rule in $at', ({ rule, at }) => {
    expect(reports).toContain(inFile(rule, at));
  });

  it.each(lookAlikes)('leaves $at alone', ({ at }) => {
    const rules = new Set(PLANTED.map(({ rule }) => rule));
    expect([...rules].filter((rule) => reports.has(inFile(rule, at)))).toEqual([]);
  });

  it('plants every import arrow there is', () => {
    const Rules = z.object({ forbidden: z.array(z.object({ name: z.string() })) });
    const { forbidden } = Rules.parse(
      createRequire(import.meta.url)(`${ROOT}/.dependency-cruiser.cjs`),
    );
    const planted = new Set(dependencyPlantings.map(({ rule }) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });
});

function inFile(rule: string, at: string): string {
  return `${rule} in ${at}`;
}

async function plant(dir: string): Promise<void> {
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  for (const file of RULE_FILES) await copyFile(join(ROOT, file), join(dir, file));
  const sources = new Map(Object.entries(targets));
  const planted: readonly Omit<Planting, 'rule'>[] = [...PLANTED, ...lookAlikes];
  for (const { at, source } of planted) sources.set(at, source);
  for (const [at, source] of sources) {
    await mkdir(dirname(join(dir, at)), { recursive: true });
    await writeFile(join(dir, at), source);
  }
}

const Cruise = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

async function cruise(): Promise<readonly string[]> {
  const folders = ['src', 'fake-graph', 'test', 'scripts', 'bench'];
  const program = 'dependency-cruiser/bin/dependency-cruiser.mjs';
  const output = await run(program, ['--output-type', 'json', ...folders]);
  const { violations } = Cruise.parse(JSON.parse(output)).summary;
  return violations.map(({ rule, from }) => inFile(rule.name, from));
}

const Lint = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(z.object({ ruleId: z.string().nullable(), message: z.string() })),
  }),
);

async function lint(): Promise<readonly string[]> {
  const output = await run('eslint/bin/eslint.js', ['.', '--format', 'json']);
  return Lint.parse(JSON.parse(output)).flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, message }) => {
      const unused = message.startsWith('Unused eslint-disable') ? 'unused-disable' : message;
      return inFile(ruleId ?? unused, relative(tree, filePath));
    }),
  );
}

async function compile(): Promise<readonly string[]> {
  const output = await run('typescript-7/bin/tsc', [
    '--project',
    'tsconfig.json',
    '--pretty',
    'false',
  ]);
  const lines = output.matchAll(/^(?<at>[^(\n]+)\(\d+,\d+\): error (?<rule>TS\d+)/gm);
  return [...lines].map(({ groups }) => inFile(groups?.['rule'] ?? '', groups?.['at'] ?? ''));
}

/** What a tool of ours prints about the planted tree; that it then exits with 1 is the point. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const command = [join(ROOT, 'node_modules', program), ...args];
    const options = { cwd: tree, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, command, options, (_error, stdout) => {
      resolve(stdout);
    });
  });
}
