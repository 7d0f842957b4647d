import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { searchAttributeKinds } from '../../src/contract/search-attributes.ts';
import { findTemporalProgram } from '../../src/embedded/temporal-binaries.ts';
import { startDevServer } from '../../src/embedded/temporal-dev-server.ts';
import { VARIABLES } from '../../src/variables.ts';
import { freePort } from '../support/free-port.ts';
import { flawsOfCompose, readCompose } from './compose-lint.ts';
import { flawsOfDockerfile, programFlaws } from './dockerfile-lint.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const COMPOSE = textOf('docker-compose.yml');
const DOCKERFILE = textOf('Dockerfile');
const NAMESPACE_JOB = textOf('compose/setup-namespace.sh');

function planted(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`nothing to plant at: ${from}`);
  return text.replace(from, to);
}

describe('docker-compose.yml', () => {
  it('has no flaw the lint knows', () => {
    expect(flawsOfCompose(COMPOSE, ROOT)).toEqual([]);
  });

  it.each([
    [
      'an image without a version',
      'postgres:16.10-alpine',
      'postgres:latest',
      'postgres: image postgres:latest is not pinned',
    ],
    [
      'the deprecated image',
      'temporalio/server:1',
      'temporalio/auto-setup:1',
      'temporal: image temporalio/auto-setup:1.32.0 is deprecated',
    ],
    ['an old UI', 'ui:2.54.1', 'ui:2.34.0', 'ui 2.34.0 is old'],
    [
      'a schema of another version',
      'admin-tools:1.32.0',
      'admin-tools:1.31.0',
      'server and admin-tools have different versions',
    ],
    [
      'a dependency on nobody',
      'postgres:\n        condition',
      'postgresql:\n        condition',
      'schema: depends on postgresql, which does not exist',
    ],
    [
      'a dependency without a condition',
      'schema:\n        condition: service_completed_successfully',
      'schema: {}',
      'temporal: waits for schema without a condition',
    ],
    [
      'a job that is not awaited',
      'schema:\n        condition: service_completed_successfully',
      'schema:\n        condition: service_started',
      'temporal: does not wait for the end of the job schema',
    ],
    [
      'a job nobody waits for',
      'schema:\n        condition: service_completed_successfully',
      'postgres:\n        condition: service_healthy',
      'schema: nobody waits for it',
    ],
    [
      'health without a check',
      "healthcheck:\n      test: ['CMD', 'nc'",
      "x-healthcheck:\n      test: ['CMD', 'nc'",
      'ui: waits for the health of temporal, which has no health check',
    ],
    ['an undeclared volume', '\n  keys:\n', '\n', 'worker: volume keys is not declared'],
    ['an unused volume', '\n  keys:\n', '\n  keys:\n  more:\n', 'volume more is used by nobody'],
    [
      'a missing file',
      './compose/setup-schema.sh:',
      './compose/schema.sh:',
      'schema: mounts ./compose/schema.sh, which does not exist',
    ],
    [
      'a writable file of ours',
      'setup-schema.sh:ro',
      'setup-schema.sh',
      'schema: mounts ./compose/setup-schema.sh writable',
    ],
    [
      'a port for everybody',
      "'127.0.0.1:8233:8080'",
      "'8233:8080'",
      'ui: publishes 8233:8080 beyond this machine',
    ],
    [
      'a secret in the file',
      'API_TOKEN: ${API_TOKEN:?set API_TOKEN in .env}',
      'API_TOKEN: hunter2',
      'starter: API_TOKEN does not come from outside',
    ],
    [
      'a secret with a default',
      '${META_APP_SECRET:?set META_APP_SECRET in .env}',
      '${META_APP_SECRET:-hunter2}',
      'worker: META_APP_SECRET does not come from outside',
    ],
    [
      'a password in a URL',
      'onboarding:${RECORDS_PASSWORD:?set RECORDS_PASSWORD in .env}@',
      'onboarding:hunter2@',
      'worker: DATABASE_URL does not come from outside',
    ],
    [
      'a writable root',
      'read_only: true',
      'read_only: false',
      'worker: has a writable root file system',
    ],
    ['capabilities', 'cap_drop: [ALL]', 'cap_drop: []', 'worker: keeps capabilities'],
    [
      'new privileges',
      'no-new-privileges:true',
      'no-new-privileges:false',
      'ui: may gain privileges',
    ],
  ])('is refused with %s', (_, ...[from, to, flaw]) => {
    expect(flawsOfCompose(planted(COMPOSE, from, to), ROOT)).toContain(flaw);
  });

  it('starts programs that exist, and only those of the image', () => {
    const own = Object.values(readCompose(COMPOSE).services).filter(({ build }) => build === '.');
    expect(own.map(({ command }) => command.at(1))).toEqual([
      'dist/src/worker.js',
      'dist/src/starter.js',
    ]);
    expect(own.flatMap(({ command }) => programFlaws(command, ROOT))).toEqual([]);
    expect(programFlaws(['node', 'dist/src/nobody.js'], ROOT)).toEqual([
      'src/nobody.ts does not exist',
    ]);
    expect(programFlaws(['node', 'dist/fake-graph/main.js'], ROOT)).toHaveLength(1);
  });

  it('hands every variable our programs read to one of them, or says itself that it need not', () => {
    const { worker, starter } = readCompose(COMPOSE).services;
    const handed = { ...worker?.environment, ...starter?.environment };
    const ofImage = [...DOCKERFILE.matchAll(/^ENV ([A-Z_]+)=/gm)].map(([, name]) => name);
    const missing = Object.keys(VARIABLES).filter(
      (name) => !(name in handed) && !ofImage.includes(name),
    );
    // Meta is never elsewhere here, Temporal is this file's own server, without keys or certificates, and so is PostgreSQL.
    const notHere =
      /^(GRAPH_BASE_URL|STORE_PATH|CODEC_SERVER_.*|TEMPORAL_(API_KEY|TLS_.*|CONFIG_FILE|PROFILE))$/;
    expect(missing.filter((name) => !notHere.test(name))).toEqual([]);
    expect(Object.keys(handed).filter((name) => !(name in VARIABLES))).toEqual([]);
    expect(Object.keys(worker?.environment ?? {})).not.toContain('API_TOKEN');
  });

  it('asks for nothing that .env.example does not name', () => {
    const asked = new Set([...COMPOSE.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name));
    const named = new Set([...textOf('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, n]) => n));
    expect([...asked].filter((name) => !named.has(name))).toEqual([]);
    expect(textOf('.env.example')).not.toMatch(/^\w*(SECRET|TOKEN|PASSWORD)\w*=./m);
  });

  const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
  if (!hasCompose)
    process.stderr.write('SKIPPED: no `docker compose` here to read the file with\n');
  it.runIf(hasCompose)('is accepted by docker compose, and not without its secrets', () => {
    const required = COMPOSE.matchAll(/\$\{([A-Z_]+):\?/g);
    const settings = new Map([...required].map(([, name = '']) => [name, 'x']));
    const config = (env: Readonly<Record<string, string>>): number | null =>
      spawnSync('docker', ['compose', '--env-file', '/dev/null', 'config', '--quiet'], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      }).status;
    expect(config(Object.fromEntries(settings))).toBe(0);
    expect(config({})).not.toBe(0);
  });
});

describe('the namespace job', () => {
  it('creates the search attributes of the contract, and no other', () => {
    const pairs = [...NAMESPACE_JOB.matchAll(/--name (\w+) --type (\w+)/g)];
    expect(Object.fromEntries(pairs.map(([, name, type]) => [name, type]))).toEqual(
      searchAttributeKinds,
    );
  });

  it('sets a namespace up, and does it again without complaint', async () => {
    const report = (line: string): boolean => process.stderr.write(`${line}\n`);
    const executable = await findTemporalProgram('temporal', { env: process.env, report });
    const dir = mkdtempSync(join(tmpdir(), 'namespace-job-'));
    const port = await freePort();
    const logFile = join(dir, 'temporal.log');
    const server = await startDevServer({ executable, port, searchAttributes: {}, logFile });
    const env = {
      PATH: [dirname(executable), process.env['PATH']].join(delimiter),
      HOME: dir,
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: 'onboarding',
    };
    const run = (command: string, ...args: string[]): string =>
      execFileSync(command, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      run('sh', join(ROOT, 'compose/setup-namespace.sh'));
      run('sh', join(ROOT, 'compose/setup-namespace.sh'));
      expect(run('temporal', 'operator', 'namespace', 'describe', '-n', 'onboarding')).toMatch(
        /Retention\S* +720h/,
      );
      const attributes = run(
        'temporal',
        'operator',
        'search-attribute',
        'list',
        '-n',
        'onboarding',
      );
      for (const [name, kind] of Object.entries(searchAttributeKinds)) {
        expect(attributes).toMatch(new RegExp(`${name} +${kind}`));
      }
    } finally {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  }, 90_000);
});

describe('the image', () => {
  it('has no flaw the lint knows', () => {
    expect(flawsOfDockerfile(DOCKERFILE, ROOT)).toEqual([]);
  });

  it.each([
    [
      'a base that moves',
      'FROM node:24.21.0-bookworm-slim\n',
      'FROM node:24-slim\n',
      'base node:24-slim is not a pinned slim Node 24',
    ],
    ['root', 'USER node\n', '', 'runs as root'],
    [
      'a download',
      'COPY package.json ./',
      'ADD https://example.org/a.tgz ./',
      'uses ADD https://example.org/a.tgz ./',
    ],
    ['a stage that is gone', '--from=build', '--from=builder', 'copies from no stage: builder'],
    [
      'a program that is gone',
      'dist/src/worker.js',
      'dist/src/main.js',
      'src/main.ts does not exist',
    ],
  ])('is refused with %s', (_, ...[from, to, flaw]) => {
    expect(flawsOfDockerfile(planted(DOCKERFILE, from, to), ROOT)).toContain(flaw);
  });

  it('is built from a context without secrets, state, the fake Meta and the embedded mode', () => {
    const [first, ...rest] = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const included = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(included.filter((path) => /^(fake-graph|test|\.env|\.data|\.git$)/.test(path))).toEqual(
      [],
    );
    expect(rest).toContain('src/embedded');
    expect(rest).toContain('src/embedded.ts');
    const copied = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, paths = '']) => paths.split(' '),
    );
    const covered = (path: string): boolean =>
      included.some((line) => line === path || line.startsWith(`${path}/`));
    expect(copied.filter((path) => !covered(path))).toEqual([]);
  });
});
