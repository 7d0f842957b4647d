import { ConfigError, type Config } from '../config.ts';
import type { CliCommand } from './cli-command.ts';
import { withGraph } from './desk.ts';
import { failed, ok, skipped, type Check } from './doctor/check.ts';
import { aheadOfMetaMs, clockCheck } from './doctor/clock-check.ts';
import { examineAccount, examineApp } from './doctor/meta-checks.ts';
import { examineStore, type KnownAccount } from './doctor/store-checks.ts';
import { examineTemporal } from './doctor/temporal-checks.ts';
import { CLI_ERRORS, CliError, type CliErrorCode } from './errors.ts';
import type { Io } from './io.ts';
import { configFor } from './resources.ts';
import { printable, type Terminal } from './terminal.ts';

/** Accounts asked about at the same time: each costs two small calls, and Meta counts them per account. */
const ACCOUNTS_AT_ONCE = 4;

export function addDoctor(program: CliCommand, io: Io): void {
  program
    .command('doctor')
    .description(
      'Checks all that a number needs to get through, and says how to mend what is not right.',
    )
    .option('--json', '{"checks": [{"kind", "name", "detail", "mend"}]}')
    .action(async (options: { readonly json?: true }) => {
      const checks: Check[] = [];
      for await (const check of examine(io)) {
        checks.push(check);
        if (options.json !== true) tell(io.terminal, check);
      }
      if (options.json === true) io.terminal.json({ checks: checks.map(viewOf) });
      const fault = gravest(checks);
      if (fault !== undefined) throw fault;
    })
    .withExamples(
      'whatsapp-onboarding doctor',
      `whatsapp-onboarding doctor --json | jq '.checks[] | select(.kind == "failed")'`,
    );
}

async function* examine(io: Io): AsyncGenerator<Check> {
  yield ok('Node', io.nodeVersion);
  const config = readConfiguration(io);
  if (config instanceof ConfigError) {
    yield* config.problems.map((problem) =>
      failed('configuration', {
        detail: problem,
        mend: 'correct the variable; docs/reference/configuration.md tells its form',
        code: 'invalid_configuration',
      }),
    );
    yield skipped('everything else', 'is checked once the configuration is right');
    return;
  }
  yield ok('configuration', 'every variable is well-formed');
  const { checks, accounts } = await examineStore(config.store, io.nowMs);
  yield* checks;
  yield* await examineTemporal(io, config.temporal);
  yield* await examineMeta(io, config, accounts);
}

function readConfiguration(io: Io): Config | ConfigError {
  try {
    return configFor(io, ['meta', 'temporal']);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

async function examineMeta(
  io: Io,
  config: Config,
  accounts: readonly KnownAccount[],
): Promise<readonly Check[]> {
  return withGraph(config, async (graph) => {
    const checks: Check[] = [];
    const aheadMs = await aheadOfMetaMs(io.nowMs, async () => {
      checks.push(await examineApp(graph, config.meta));
    });
    checks.push(clockCheck(aheadMs));
    const options = { appId: config.meta.appId, nowMs: io.nowMs() };
    for (let done = 0; done < accounts.length; done += ACCOUNTS_AT_ONCE) {
      io.terminal.progress(`${done} of ${accounts.length} accounts …`);
      const some = accounts.slice(done, done + ACCOUNTS_AT_ONCE);
      const found = await Promise.all(some.map((each) => examineAccount(graph, each, options)));
      checks.push(...found.flat());
    }
    io.terminal.progress(undefined);
    return checks;
  });
}

const MARKS = {
  ok: ['green', 'ok'],
  skipped: ['gray', 'skipped'],
  warning: ['yellow', 'warning'],
  failed: ['red', 'FAILED'],
} as const;

function tell({ line, paint }: Terminal, check: Check): void {
  const [style, mark] = MARKS[check.kind];
  line(`${paint(style, mark.padEnd(7))}  ${printable(`${check.name}: ${check.detail}`)}`);
  if ('mend' in check) line(printable(`         mend: ${check.mend}`));
}

function viewOf(check: Check): object {
  const { kind, name, detail } = check;
  return { kind, name, detail, ...('mend' in check && { mend: check.mend }) };
}

/** The exit code is that of the failure to mend first: a wrong configuration, then what cannot be reached. */
function gravest(checks: readonly Check[]): CliError | undefined {
  const failures = checks.filter((check) => check.kind === 'failed');
  const codes = failures.map(({ code }) => code);
  const code = ORDER.find((each) => codes.some((found) => CLI_ERRORS[found] === CLI_ERRORS[each]));
  if (code === undefined) return undefined;
  const names = [...new Set(failures.map(({ name }) => name))];
  return new CliError(code, `doctor: ${names.join(', ')} must be mended`);
}

const ORDER: readonly CliErrorCode[] = [
  'invalid_configuration',
  'temporal_unavailable',
  'needs_mending',
];
