import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import type { ProgramSpec } from './temporal-programs.ts';

// A cold 156 MB binary on a busy disk takes seconds; a program that hangs is not the one we want.
const PROBE_TIMEOUT_MS = 20_000;

export interface Search {
  readonly spec: ProgramSpec;
  readonly env: NodeJS.ProcessEnv;
  readonly cacheDir: string;
}

/** What one place had to say. */
export type Attempt =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly where: string; readonly why: string };

/** `$XDG_CACHE_HOME` or `~/.cache`, and our folder in it. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  const base = given(env, 'XDG_CACHE_HOME') ?? join(given(env, 'HOME') ?? homedir(), '.cache');
  return join(base, 'whatsapp-number-onboarding');
}

/** A variable's value; set to nothing counts as not set. */
export function given(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

export function cachedPath({ spec, cacheDir }: Search): string {
  return join(cacheDir, `${spec.program}-${spec.version}`, spec.program);
}

/** The path a person named. It is taken or refused, never silently replaced by another. */
export async function namedByVariable({ spec, env }: Search): Promise<Attempt> {
  const value = given(env, spec.variable);
  if (value === undefined) return { kind: 'missing', where: spec.variable, why: 'not set' };
  return probe(resolve(value), { spec, where: `${spec.variable}=${value}` });
}

export async function onPath({ spec, env }: Search): Promise<Attempt> {
  const folders = (given(env, 'PATH') ?? '').split(delimiter).filter((folder) => folder !== '');
  const rejected: string[] = [];
  for (const path of folders.map((folder) => resolve(folder, spec.program))) {
    if (!(await isExecutable(path))) continue;
    const attempt = await probe(path, { spec, where: 'PATH' });
    if (attempt.kind === 'found') return attempt;
    rejected.push(`${path} ${attempt.why}`);
  }
  if (rejected.length === 0) rejected.push(`no program named ${spec.program}`);
  return { kind: 'missing', where: 'PATH', why: rejected.join('; ') };
}

export async function inCache(search: Search): Promise<Attempt> {
  const path = cachedPath(search);
  return probe(path, { spec: search.spec, where: `cache ${path}` });
}

/** Asks the file what it is, so that a truncated download or a namesake is never handed on. */
export async function probe(
  path: string,
  { spec, where }: { readonly spec: ProgramSpec; readonly where: string },
): Promise<Attempt> {
  const why = await flawOf(path, spec);
  return why === undefined ? { kind: 'found', path } : { kind: 'missing', where, why };
}

async function flawOf(path: string, spec: ProgramSpec): Promise<string | undefined> {
  if (!(await isThere(path))) return 'does not exist';
  if (!(await isExecutable(path))) return 'is not executable';
  try {
    const { stdout, stderr } = await promisify(execFile)(path, [...spec.probeArgs], {
      timeout: PROBE_TIMEOUT_MS,
    });
    return flawOfAnswer(`${stdout}\n${stderr}`, spec);
  } catch {
    return `does not answer as a ${spec.title} does`;
  }
}

function flawOfAnswer(answer: string, spec: ProgramSpec): string | undefined {
  const match = spec.probeAnswer.exec(answer);
  if (match === null) return `does not answer as a ${spec.title} does`;
  const [, version] = match;
  if (version === undefined || spec.oldestVersion === undefined) return undefined;
  return version.localeCompare(spec.oldestVersion, 'en', { numeric: true }) < 0
    ? `is version ${version}, ${spec.oldestVersion} or newer is needed`
    : undefined;
}

function isThere(path: string): Promise<boolean> {
  return allows(path, constants.F_OK);
}

function isExecutable(path: string): Promise<boolean> {
  return allows(path, constants.X_OK);
}

async function allows(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
