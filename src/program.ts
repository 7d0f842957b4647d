import type { Logger } from 'pino';
import { ConfigError, readConfig, type Config } from './config.ts';
import { createLogger } from './logging.ts';

/** sysexits.h: the configuration is at fault. */
const EX_CONFIG = 78;

export interface Program {
  readonly config: Config;
  readonly log: Logger;
}

/**
 * Reads the configuration, runs `main`, and turns what goes wrong into plain lines on stderr and an exit code. `unused` stands
 * for required variables that the program has no use for.
 */
export async function runProgram(
  name: string,
  main: (program: Program) => Promise<void>,
  unused: Readonly<Record<string, string>> = {},
): Promise<void> {
  try {
    const missing = Object.entries(unused).filter(([each]) => (process.env[each] ?? '') === '');
    const config = readConfig({
      env: { ...process.env, ...Object.fromEntries(missing) },
      nodeVersion: process.versions.node,
      nowMs: Date.now(),
    });
    const log = createLogger({ name, level: config.logLevel, secrets: config.secrets });
    process.once('uncaughtException', (error) => {
      log.fatal({ err: error }, 'ended by an error nobody expected');
      process.exit(1);
    });
    await main({ config, log });
  } catch (error) {
    const isConfig = error instanceof ConfigError;
    const text = error instanceof Error ? error.message : 'unknown failure';
    process.stderr.write(`${isConfig ? text : `${name}: ${text}`}\n`);
    process.exitCode = isConfig ? EX_CONFIG : 1;
  }
}
