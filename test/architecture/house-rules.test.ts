import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import ts from 'typescript';
import { expect, it } from 'vitest';
import * as z from 'zod';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['src', 'fake-graph', 'test', 'scripts', 'bench'];
const DOORS = ['src/workflows/index.ts', 'src/activities/index.ts'];

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.(ts|mjs)$/;
/** Sent to the browser as it is. */
const BROWSER_SCRIPT = /^src\/http\/console\/static\/[a-z0-9-]+\.js$/;
const SAYS_NOTHING = /^(utils?|helpers?|common|misc|types?|index)\./;
const TODO_WITHOUT_ISSUE = /(?:\/\/|\*).*\b(?:TODO|FIXME|XXX)\b(?!.*#\d+)/;

const files = globSync(`{${FOLDERS.join(',')}}/**/*.{ts,mjs,js,cjs}`, { cwd: ROOT });

it.each([
  ['src/graph/graphClient.ts'],
  ['src/graph/utils.ts'],
  ['src/domain/types.ts'],
  ['src/http/index.ts'],
  ['test/support/helpers.test.ts'],
])('refuses a file named %s', (path) => {
  expect(isWellNamed(path)).toBe(false);
});

it('has only files named in kebab-case after what they hold', () => {
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((path) => !isWellNamed(path))).toEqual([]);
});

it.each([
  ['// TODO: later', true],
  ['/** FIXME */', true],
  ['// TODO(#12): later', false],
  ["const todo = 'TODO';", false],
])('sees in «%s» a promise nobody keeps: %s', (line, expected) => {
  expect(TODO_WITHOUT_ISSUE.test(line)).toBe(expected);
});

it('has no TODO without the number of an issue', () => {
  const self = 'test/architecture/house-rules.test.ts';
  const openPromises = files
    .filter((path) => path !== self)
    .filter((path) => TODO_WITHOUT_ISSUE.test(readFileSync(join(ROOT, path), 'utf8')));
  expect(openPromises).toEqual([]);
});

it('reads a history from JSON, which fails once two copies of protobufjs are installed', () => {
  expect(historyFromJSON({ events: [] }).events).toEqual([]);
});

it('compiles as strictly as it was agreed', () => {
  const Parsed = z.object({ config: z.object({ compilerOptions: z.looseObject({}) }) });
  const text = readFileSync(join(ROOT, 'tsconfig.json'), 'utf8');
  const { config } = Parsed.parse(ts.parseConfigFileTextToJson('tsconfig.json', text));
  expect(config.compilerOptions).toMatchObject({
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noPropertyAccessFromIndexSignature: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    allowUnreachableCode: false,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    erasableSyntaxOnly: true,
    noUncheckedSideEffectImports: true,
    moduleDetection: 'force',
    module: 'nodenext',
    skipLibCheck: true, // Off, exactOptionalPropertyTypes fails inside the SDK's own declarations.
  });
});

it.each([
  ['22.18.0', 1, 'This project needs Node 24;'],
  ['24.0.0', 0, ''],
])('answers Node %s with exit code %i', (version, code, message) => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`;
  const preload = [`data:text/javascript,${pretend}`, './scripts/require-node.mjs'];
  const args = [...preload.flatMap((module) => ['--import', module]), '--eval', ''];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  expect([status, stderr.slice(0, message.length)]).toEqual([code, message]);
});

it.each(['start', 'test'])('asks for the right Node first in `npm %s`', (name) => {
  const Package = z.object({ scripts: z.record(z.string(), z.string()) });
  const { scripts } = Package.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  expect(scripts[name]).toContain('scripts/require-node.mjs');
});

function isWellNamed(path: string): boolean {
  const name = basename(path);
  if (BROWSER_SCRIPT.test(path)) return true;
  return KEBAB_CASE.test(name) && (DOORS.includes(path) || !SAYS_NOTHING.test(name));
}
