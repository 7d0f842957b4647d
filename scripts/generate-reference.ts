// `npm run docs` writes the reference pages and .env.example from the code; with `-- --check` it only compares.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { failureTypes } from '../src/contract/failures.ts';
import { searchAttributeKinds } from '../src/contract/search-attributes.ts';
import { REFUSALS, type RefusalRow } from '../src/domain/refusals.ts';
import { CAUSES, type CauseEntry, type Verdict } from '../src/domain/causes.ts';
import { entryOf, HTTP_ERRORS, type ErrorCode } from '../src/http/errors.ts';
import { VARIABLES, type Variable } from '../src/variables.ts';
import { cliParts } from './cli-page.ts';
import { httpParts } from './http-page.ts';
import { table } from './markdown-table.ts';
import { metricRows } from './metrics-parts.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOTE = 'This page is generated from the code by `npm run docs`.';

const VERDICTS: Readonly<Record<Verdict, string>> = {
  fix: 'we repair it',
  wait: 'it passes, and we try again',
  ask: 'a person acts, then retries',
  stop: 'the onboarding ends',
};

const SEARCH_ATTRIBUTES: Readonly<Record<keyof typeof searchAttributeKinds, string>> = {
  OnboardingStage:
    '`verifying`, `registering`, `following-name`, `collecting-certificate` or `done`',
  WaitingFor: 'Whose move it is: `meta`, `customer`, `operator`, `time` or `nobody`',
  DeadlineAt: 'When Meta wants Embedded Signup again, unless the number is registered by then',
  WabaId: 'The WhatsApp Business Account',
  LastErrorCode: "The code of Meta's last refusal",
  NeedsAttention: 'True while a person must act',
};

async function pages(): Promise<Readonly<Record<string, string>>> {
  const failures = await readFile(`${ROOT}src/contract/failures.ts`, 'utf8');
  return {
    'docs/reference/configuration.md': configurationPage(),
    'docs/reference/cli.md': page('Command line', await cliParts()),
    'docs/reference/http-api.md': page('HTTP API', await httpParts()),
    'docs/reference/http-errors.md': httpErrorsPage(),
    'docs/reference/causes.md': causesPage(),
    'docs/reference/failures.md': failuresPage(failures),
    'docs/reference/metrics.md': metricsPage(),
    '.env.example': envExample(),
  };
}

function configurationPage(): string {
  const rows = variables().map(([name, { meaning, fallback, isRequired, isSecret }]) => [
    `\`${name}\``,
    isSecret === true ? `${meaning}. Secret: never printed` : meaning,
    isRequired === true ? 'required' : fallback === undefined ? '' : `\`${fallback}\``,
  ]);
  return page('Configuration', [
    'Programs read environment variables, once, at their start. An empty variable counts as absent. All mistakes are reported together, one line each, and the program ends with exit code 78.',
    'A duration is a number with a unit: `s`, `m`, `h` or `d`.',
    table(['variable', 'meaning', 'default'], rows),
    "Temporal's other `TEMPORAL_*` variables, such as `TEMPORAL_TLS_CLIENT_CERT_DATA` and `TEMPORAL_GRPC_META_*`, are read as [Temporal documents them](https://docs.temporal.io/develop/environment-configuration). The configuration file in your home directory is not read unless `TEMPORAL_CONFIG_FILE` or `TEMPORAL_PROFILE` is set.",
  ]);
}

function httpErrorsPage(): string {
  const rows = keysOf(HTTP_ERRORS).map((code: ErrorCode) => {
    const { status, message, retryAfterS } = entryOf(code);
    return [
      `\`${code}\``,
      String(status),
      message,
      retryAfterS === undefined ? '' : `${retryAfterS} s`,
    ];
  });
  return page('HTTP errors', [
    'Every error has one shape. The request id stands in the log beside what went wrong, and nothing of the request is repeated.',
    '```json\n{ "error": { "code": "not_found", "message": "…", "request_id": "…" } }\n```',
    table(['code', 'status', 'what to do', '`retry-after`'], rows),
    '`unknown_field` adds the name of the field where it is harmless; `not_now` carries the reason of the onboarding.',
    'Node itself answers what is no HTTP, without a body: 400, 408 for a sender that is too slow, 417, and 431 for headers of more than 16 KiB.',
  ]);
}

function causesPage(): string {
  const entries: readonly (readonly [string, CauseEntry])[] = Object.entries(CAUSES);
  const rows = entries.map(([cause, { verdict, advice, waitsMs, locked }]) => [
    `\`${cause}\``,
    VERDICTS[verdict],
    advice,
    [
      ...(waitsMs ?? []).map(spanOf),
      ...(locked === true ? ['a retry does not shorten it'] : []),
    ].join(', '),
  ]);
  return page('Causes', [
    'Why Meta refuses, and what follows. The advice is what operators see. Where Meta tells how long to wait, that time counts (30 s to 6 h) instead of ours.',
    table(['cause', 'what follows', 'advice', 'waits'], rows),
    '## Codes',
    "What tells them: Meta's code and subcode, the call where a number means this only there, and words of the answer where a code has several causes. The first row that fits counts; a code in no row is `unknown_refusal`.",
    table(['code', 'call', 'words', 'cause'], REFUSALS.map(refusalCells)),
  ]);
}

function refusalCells({ code, subcode, call, says, cause }: RefusalRow): readonly string[] {
  const codes = typeof code === 'number' ? code.toString() : `${code.from}–${code.to}`;
  const words = says === undefined ? '' : `\`${says.source.replaceAll('|', ', ')}\``;
  return [
    subcode === undefined ? codes : `${codes} (${subcode})`,
    call ?? '',
    words,
    `\`${cause}\``,
  ];
}

function failuresPage(source: string): string {
  const failures = Object.values(failureTypes).map((type) => [
    `\`${type}\``,
    commentOf(source, type),
  ]);
  const attributes = keysOf(searchAttributeKinds).map((name) => [
    `\`${name}\``,
    searchAttributeKinds[name],
    SEARCH_ATTRIBUTES[name],
  ]);
  return page('Failures and search attributes', [
    'What the Temporal UI shows in clear. Neither holds a secret or a phone number.',
    '## Failure types',
    table(['type', 'meaning'], failures),
    '## Search attributes',
    table(['name', 'kind', 'meaning'], attributes),
    'The command line filters by them: `temporal workflow list --query "NeedsAttention = true"`.',
  ]);
}

function metricsPage(): string {
  const { own, fleet } = metricRows();
  const head = ['metric', 'kind', 'labels', 'meaning'];
  return page('Metrics', [
    'What `/metrics` shows where `STARTER_METRICS_PORT` and `WORKER_METRICS_PORT` are set. A label is a word of ours from a short list, never an id, a name, a phone number or a secret.',
    '## Of each program',
    table(head, own),
    'With them come the usual `process_…` and `nodejs_…`.',
    '## Of the store',
    'Shown by the starter, read at most every ten seconds. Of several starters take the maximum: all show the same store.',
    table(head, fleet),
    "## Of Temporal's SDK",
    "Shown by the worker under [the SDK's own names](https://docs.temporal.io/references/sdk-metrics), with durations in seconds. `onboarding_sdk_updates_dropped_total` counts what the SDK said of more than 300 series of one metric.",
  ]);
}

/** The doc comment above a failure type is its documentation. */
function commentOf(source: string, type: string): string {
  const comments = [...source.matchAll(/\/\*\* (?<text>[^*]+) \*\/\s+\w+: '(?<type>\w+)'/g)];
  const text = comments.find(({ groups }) => groups?.['type'] === type)?.groups?.['text'];
  if (text === undefined) throw new Error(`src/contract/failures.ts: ${type} has no comment`);
  return text;
}

function envExample(): string {
  const blocks = variables().map(([name, { meaning, fallback, isRequired, example }]) => {
    const rest =
      isRequired === true ? ' Required.' : fallback === undefined ? '' : ` Default: ${fallback}`;
    return `# ${meaning.replaceAll('`', '')}.${rest}\n${name}=${example ?? ''}`;
  });
  const parts = [
    '# Copy to .env and fill in; .env is never committed. What stays empty has its default. Written by `npm run docs`.',
    ...blocks,
    "# For docker compose alone: the password of Temporal's own PostgreSQL. Letters and digits.\nPOSTGRES_PASSWORD=",
    '# For docker compose alone: the password of the PostgreSQL of our own records. Letters and digits.\nRECORDS_PASSWORD=',
  ];
  return `${parts.join('\n\n')}\n`;
}

function variables(): readonly (readonly [string, Variable])[] {
  return Object.entries(VARIABLES);
}

function page(title: string, parts: readonly string[]): string {
  return `${[`# ${title}`, ...parts, NOTE].join('\n\n')}\n`;
}

function spanOf(ms: number): string {
  const seconds = ms / 1000;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[];
function keysOf(record: object): readonly string[] {
  return Object.keys(record);
}

async function isFresh(path: string, text: string): Promise<boolean> {
  const written = await readFile(`${ROOT}${path}`, 'utf8').catch(() => '');
  return written === text;
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  for (const [path, text] of Object.entries(await pages())) {
    if (await isFresh(path, text)) continue;
    if (values.check) {
      process.stderr.write(`${path} does not match the code; run npm run docs\n`);
      process.exitCode = 1;
      continue;
    }
    await mkdir(dirname(`${ROOT}${path}`), { recursive: true });
    await writeFile(`${ROOT}${path}`, text);
    process.stdout.write(`${path} is written\n`);
  }
}

await run();
