import type { TestProject } from 'vitest/node';
import { findPostgres, startPostgres, type PostgresServer } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** One for the whole run; each test makes a database of its own in it. False: there is none on this machine. */
    readonly postgres: PostgresServer | false;
  }
}

/** A machine without PostgreSQL tests the store on SQLite alone, and says so. In CI the other half then fails. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const run = project.vitest;
  if ('postgres' in run.getProvidedContext()) return undefined;
  const found = findPostgres();
  if ('missing' in found) {
    process.stderr.write(`SKIPPED, but for CI: ${found.missing}\n`);
    run.provide('postgres', false);
    return undefined;
  }
  const server = await startPostgres();
  run.provide('postgres', { port: server.port, password: server.password });
  return () => server.stop();
}
