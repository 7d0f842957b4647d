import { setTimeout as sleep } from 'node:timers/promises';
import { DeskError } from '../desk/errors.ts';
import type { AccountTarget } from '../desk/meta.ts';
import { allNumbers, DEFAULT_FIELDS, textOf } from '../desk/phone-numbers.ts';
import { isLoopbackHost } from '../graph/addresses.ts';
import { changesBetween, sentenceOf, type Change, type Seen } from './account-changes.ts';
import type { JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { cliErrorOf } from './desk-errors.ts';
import { givenAccount, withMeta, type MetaDesk } from './desk.ts';
import type { Io } from './io.ts';
import { configFor } from './resources.ts';
import { printable } from './terminal.ts';
import { dateOf, spanOf } from './time.ts';

const SECOND_MS = 1000;
const UNITS_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: 60 * SECOND_MS };
/** Each look costs a call or more of the account's 200 an hour. An emulator's are free. */
const LEAST_MS = 10 * SECOND_MS;
const LEAST_LOCAL_MS = SECOND_MS;
const MOST_MS = 3600 * SECOND_MS;

interface WatchOptions extends JsonOption {
  readonly interval: string;
  readonly once?: true;
}

export function addAccountWatch(account: CliCommand, io: Io): void {
  account
    .command('watch')
    .description(
      'The numbers of an account at Meta beside what this service does for them, then a line for each change, until Ctrl-C.',
    )
    .ofAccount()
    .option('--interval <time>', 'between two looks, 10s to 60m', '30s')
    .option('--once', 'looks once and ends')
    .option('--json', 'one JSON object a line: at, phone_number_id, kind (found, changed, gone), …')
    .action(async (id: string, options: WatchOptions, command: CliCommand) => {
      const intervalMs = intervalOf(io, command, options.interval);
      const target = await givenAccount(io, command, id);
      await withMeta(io, target, async (desk) => {
        const seen = await look(io, desk, target);
        showFirst(io, seen, options);
        if (options.once !== true) await follow(io, seen, { desk, target, intervalMs, ...options });
      });
    })
    .withExamples(
      'whatsapp-onboarding account watch 102290129340398',
      'whatsapp-onboarding account watch 102290129340398 --interval 2m --json | jq -r \'select(.field == "name_status") | .to\'',
    );
}

/** @throws CliError usage */
function intervalOf(io: Io, command: CliCommand, typed: string): number {
  const { amount, unit = '' } = /^(?<amount>[0-9]{1,4})(?<unit>[sm])$/.exec(typed)?.groups ?? {};
  const ms = Number(amount) * (UNITS_MS[unit] ?? NaN);
  if (ms >= LEAST_MS && ms <= MOST_MS) return ms;
  if (ms >= LEAST_LOCAL_MS && ms < LEAST_MS && isEmulated(io)) return ms;
  throw command.misuse('--interval must be 10s to 60m');
}

function isEmulated(io: Io): boolean {
  const { hostname } = new URL(configFor(io, ['meta']).graph.baseUrl);
  return isLoopbackHost(hostname);
}

/** What Meta shows of each number, and where this service is with it. */
async function look({ terminal }: Io, desk: MetaDesk, target: AccountTarget): Promise<Seen> {
  const followed = (await desk.store?.numbers.ofAccount(target.wabaId)) ?? [];
  const numbers = await allNumbers(desk, {
    ...{ ...target, fields: DEFAULT_FIELDS },
    onPage: ({ items }) => {
      terminal.progress(`${items} numbers …`);
    },
  });
  terminal.progress(undefined);
  const seen = new Map<string, Record<string, string>>();
  for (const { id, ...fields } of numbers) {
    const texts = Object.entries(fields).map(([name, value]) => [name, textOf(value)] as const);
    seen.set(textOf(id), Object.fromEntries(texts));
  }
  for (const { phoneNumberId, outcome, stage, waitingFor } of followed) {
    const atMeta = seen.get(phoneNumberId);
    // One that has ended need not be there any more.
    if (atMeta === undefined && outcome !== undefined) continue;
    seen.set(phoneNumberId, { ...atMeta, stage: outcome ?? stage, waiting_for: waitingFor });
  }
  return seen;
}

function showFirst(io: Io, seen: Seen, { json }: WatchOptions): void {
  const { terminal, nowMs } = io;
  if (json === true) {
    for (const change of changesBetween(new Map(), seen, dateOf(nowMs()))) terminal.json(change);
    return;
  }
  const columns = [...DEFAULT_FIELDS, 'stage', 'waiting_for'];
  terminal.table(
    columns.map((title) => ({ title, isWhole: title === 'id' })),
    [...seen].map(([id, number]) =>
      columns.map((name) => (name === 'id' ? id : (number[name] ?? ''))),
    ),
  );
}

interface Watch extends WatchOptions {
  readonly desk: MetaDesk;
  readonly target: AccountTarget;
  readonly intervalMs: number;
}

async function follow(
  io: Io,
  first: Seen,
  { desk, target, intervalMs, json }: Watch,
): Promise<never> {
  let seen = first;
  for (;;) {
    io.terminal.progress(`seen at ${dateOf(io.nowMs())}, again in ${spanOf(intervalMs)}`);
    await sleep(intervalMs);
    try {
      const now = await look(io, desk, target);
      for (const change of changesBetween(seen, now, dateOf(io.nowMs()))) tell(io, change, json);
      seen = now;
    } catch (error) {
      await sleep(waitMsAfter(io, error));
    }
  }
}

function tell({ terminal }: Io, change: Change, json: true | undefined): void {
  if (json === true) terminal.json(change);
  else terminal.line(printable(sentenceOf(change)));
}

/** What passes by itself is told and waited for. */
function waitMsAfter({ terminal, nowMs }: Io, error: unknown): number {
  const passes =
    error instanceof DeskError && ['throttled', 'meta_unavailable'].includes(error.code);
  if (!passes) throw error;
  terminal.progress(undefined);
  terminal.complain(`${dateOf(nowMs())}  ${cliErrorOf(error, '').message}`);
  return Math.max(0, (error.untilMs ?? 0) - nowMs());
}
