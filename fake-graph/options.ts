import { parseArgs } from 'node:util';

import { parseMode } from './clock.ts';
import { SCENARIOS } from './scenarios.ts';
import type { FakeGraphOptions } from './server.ts';

export const HELP = `fake-graph: an emulator of Meta's WhatsApp Graph API, for one machine.

  --port <n>            where to listen (4010; 0 takes any free one)
  --host <name>         a loopback name (127.0.0.1)
  --scenario <name>     given to numbers whose signup names none (happy)
  --clock <mode>        real, frozen or scaled:<factor>, as scaled:1440 (real)
  --seed <text>         the same seed gives the same ids and tokens (1)
  --app-id <id>         --app-secret <text>     --verify-token <text>
  --callback-url <url>  where webhooks go; without it none are sent
  --state <file>        keep the world in a file, and go on with the one in it
  --help

Scenarios: ${Object.keys(SCENARIOS).join(', ')}

Examples
  npm run fake-graph -- --port 4010
  npm run fake-graph -- --clock scaled:1440 --callback-url http://127.0.0.1:4000/v1/webhooks/meta
  curl -s -X POST http://127.0.0.1:4010/_fake/signup -d '{"name":"Lucky Shrub"}'
`;

const OPTIONS = {
  port: { type: 'string', default: '4010' },
  host: { type: 'string', default: '127.0.0.1' },
  scenario: { type: 'string' },
  clock: { type: 'string' },
  seed: { type: 'string' },
  'app-id': { type: 'string' },
  'app-secret': { type: 'string' },
  'verify-token': { type: 'string' },
  'callback-url': { type: 'string' },
  state: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** What the command line asks for. @throws Error with one sentence when it makes no sense */
export function parseOptions(args: string[]): FakeGraphOptions | 'help' {
  const { values } = parseArgs({ args, options: OPTIONS });
  return values.help ? 'help' : optionsOf(values);
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function optionsOf(values: Values): FakeGraphOptions {
  const app = {
    id: values['app-id'],
    secret: values['app-secret'],
    verify_token: values['verify-token'],
    callback_url: values['callback-url'],
  };
  const { scenario, seed, state } = values;
  const clock = values.clock === undefined ? undefined : modeOf(values.clock);
  return {
    port: portOf(values.port),
    host: hostOf(values.host),
    app: Object.fromEntries(Object.entries(app).filter(([, value]) => value !== undefined)),
    ...(scenario !== undefined && { scenario }),
    ...(seed !== undefined && { seed }),
    ...(state !== undefined && { state }),
    ...(clock !== undefined && { clock }),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error('--port is a number from 0 to 65535');
}

function hostOf(text: string): '127.0.0.1' | 'localhost' | '::1' {
  if (text === '127.0.0.1' || text === 'localhost' || text === '::1') return text;
  throw new Error('--host must be a loopback name: 127.0.0.1, localhost or ::1');
}

function modeOf(text: string): NonNullable<ReturnType<typeof parseMode>> {
  const mode = parseMode(text);
  if (mode !== undefined) return mode;
  throw new Error('--clock is real, frozen or scaled:<factor>');
}
