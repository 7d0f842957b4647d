import { parseArgs } from 'node:util';

export const HELP = `Runs everything on this machine: Temporal's dev server with its UI, the worker, the HTTP edge, and an emulator of
Meta's Graph API when no Meta credentials are configured. State is kept in one folder; a second start goes on where
the first one was, even after a kill.

  --once                     end with exit code 0 when the first number has its certificate
  --data <folder>            where the state is kept (.data)
  --port <n>                 of our HTTP API (3000)
  --temporal-port <n>        of Temporal (7233)
  --temporal-ui-port <n>     of the Temporal UI (8233)
  --fake-graph-port <n>      of the emulator of Meta (4010)
  --help

Examples
  npm start
  npm start -- --once
  npm start -- --port 3100 --data .data-2
  TEMPORAL_ADDRESS=127.0.0.1:7233 npm start     use a Temporal server that runs already
`;

const OPTIONS = {
  once: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  data: { type: 'string', default: '.data' },
  port: { type: 'string', default: '3000' },
  'temporal-port': { type: 'string', default: '7233' },
  'temporal-ui-port': { type: 'string', default: '8233' },
  'fake-graph-port': { type: 'string', default: '4010' },
} as const;

export interface EmbeddedOptions {
  readonly once: boolean;
  readonly help: boolean;
  readonly dataDir: string;
  readonly ports: Ports;
}

export interface Ports {
  readonly http: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly fakeGraph: number;
}

/** Its message holds every problem, one a line. */
export class BadOptions extends Error {
  override readonly name = 'BadOptions';
}

/** @throws BadOptions with all problems at once. */
export function parseOptions(args: readonly string[]): EmbeddedOptions {
  const values = parse(args);
  const problems: string[] = [];
  const port = (name: 'port' | `${'temporal' | 'temporal-ui' | 'fake-graph'}-port`): number => {
    const value = Number(values[name]);
    const isPort = Number.isInteger(value) && value >= 1 && value <= 65_535;
    if (!isPort) problems.push(`--${name} must be a number from 1 to 65535`);
    return value;
  };
  const ports = {
    http: port('port'),
    temporal: port('temporal-port'),
    temporalUi: port('temporal-ui-port'),
    fakeGraph: port('fake-graph-port'),
  };
  if (new Set(Object.values(ports)).size < 4)
    problems.push('two ports are the same: each one must be different');
  if (problems.length > 0) throw new BadOptions(problems.join('\n'));
  return { once: values.once, help: values.help, dataDir: values.data, ports };
}

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable options';
    throw new BadOptions(`${why}\nnpm start -- --help lists the options.`);
  }
}
