import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config.ts';
import { connectClient } from '../src/connection.ts';
import { Secret } from '../src/domain/secret.ts';
import { createGraphClient } from '../src/graph/client.ts';
import { apiRoutes } from '../src/http/api.ts';
import { describedIn, type DescribedRoute } from '../src/http/described.ts';
import { createAcceptAccountSignup } from '../src/http/account-signups.ts';
import { createKeyedHash } from '../src/http/keyed-hash.ts';
import { createLimits } from '../src/http/limits.ts';
import { createOnboardings } from '../src/http/onboardings.ts';
import { createAcceptSignup } from '../src/http/signups.ts';
import type { Block } from '../src/http/reference/blocks.ts';
import { referenceOf, type Member, type ReferenceRoute } from '../src/http/reference/reference.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { table } from './markdown-table.ts';

/** Nobody is asked anything: it is only what the routes are made of. */
const ENV = {
  ...{ META_APP_ID: '1', META_APP_SECRET: '0'.repeat(32), META_VERIFY_TOKEN: 'word' },
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
};

/** The parts of the HTTP API's reference page: each route, as its contract has it. */
export async function httpParts(): Promise<readonly string[]> {
  const { introduction, sections } = referenceOf(await described());
  return [
    ...introduction.map(blockText),
    ...sections.flatMap(({ title, blocks, routes }) => [
      `## ${title}`,
      ...blocks.map(blockText),
      ...(routes.length === 0 ? [] : [overviewOf(routes)]),
      ...routes.flatMap(routeParts),
    ]),
  ];
}

async function described(): Promise<readonly DescribedRoute[]> {
  const folder = await mkdtemp(join(tmpdir(), 'reference-'));
  const config = readConfig({ env: ENV, nodeVersion: process.versions.node, nowMs: Date.now() });
  const clocks = { nowMs: Date.now, monotonicMs: () => performance.now() };
  const client = connectClient(config.temporal);
  const appSecret = new Secret(ENV.META_APP_SECRET);
  const graph = createGraphClient({ ...config.graph, appId: ENV.META_APP_ID, appSecret });
  const store = await openSqliteStore({
    ...{ path: join(folder, 'none.db'), sealingKeyFile: join(folder, 'none.json') },
    nowMs: Date.now,
  });
  const quiet = (): void => undefined;
  try {
    const deps = {
      ...{ store, graph, graphTimeoutMs: config.graph.timeoutMs, ...clocks },
      onboardings: createOnboardings({ client, timing: config.timing, nowMs: Date.now }),
      ...{ appId: ENV.META_APP_ID, appSecret, verifyToken: new Secret(ENV.META_VERIFY_TOKEN) },
      ...{ hash: createKeyedHash(appSecret), wake: quiet, stopping: AbortSignal.abort() },
      limits: createLimits({ ...config.http, ...clocks }),
      log: { info: quiet, warn: quiet, error: quiet },
    };
    const acceptAccountSignup = createAcceptAccountSignup(deps);
    const accept = { acceptSignup: createAcceptSignup(deps), acceptAccountSignup };
    return describedIn(apiRoutes({ ...deps, ...accept }));
  } finally {
    await Promise.all([graph.close(), client.connection.close(), store.close()]);
    await rm(folder, { recursive: true });
  }
}

function overviewOf(routes: readonly ReferenceRoute[]): string {
  return table(
    ['route', 'role', 'does'],
    routes.map((route) => [`\`${nameOf(route)}\``, route.role, route.summary]),
  );
}

function routeParts(route: ReferenceRoute): readonly string[] {
  const { members, answers, errors, curl } = route;
  return [
    `### ${nameOf(route)}`,
    ...(members.length === 0 ? [] : [membersTable(members)]),
    fenced('sh', curl),
    ...answers.flatMap(({ status, what, types, sample }) => [
      `${status}: ${what} (${types.map((type) => `\`${type}\``).join(', ')})`,
      ...(sample === undefined ? [] : [fenced('json', sample)]),
    ]),
    ...(errors.length === 0
      ? []
      : [`Errors: ${errors.map(([code, status]) => `\`${code}\` (${status})`).join(', ')}`]),
  ];
}

function membersTable(members: readonly Member[]): string {
  return table(
    ['name', 'in', 'type', 'needed', 'meaning'],
    members.map(({ name, place, type, need, meaning }) => [
      ...[`\`${name}\``, place, type, need, meaning],
    ]),
  );
}

function blockText(block: Block): string {
  if (block.kind === 'text') return block.text;
  if (block.kind === 'table') return table(block.head, block.rows);
  return fenced(block.language, block.text);
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function nameOf({ method, path }: ReferenceRoute): string {
  return `${method} ${path}`;
}
