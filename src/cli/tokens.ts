import { Option } from 'commander';
import { ROLES, type Role } from '../domain/role.ts';
import { parseDuration } from '../duration.ts';
import type { TokenRow } from '../store/access.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { confirm, UNASKED } from './confirm.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';
import { dateOf } from './time.ts';

const OWNER = /^[\p{L}\p{N}@._+ -]{1,60}$/u;
const PREFIX = /^[0-9a-f]{10}$/;

const COLUMNS = [
  { title: 'PREFIX', isWhole: true },
  { title: 'ROLE', isWhole: true },
  { title: 'STATE', isWhole: true },
  { title: 'EXPIRES', isWhole: true },
  { title: 'LAST USED', isWhole: true },
  { title: 'OWNER' },
] as const;

export function addTokens(program: CliCommand, io: Io): void {
  const tokens = program
    .command('tokens')
    .description('What people and their programs call the HTTP API with, and log in with.');
  addNew(tokens, io);
  addLink(tokens, io);
  addList(tokens, io);
  addRevoke(tokens, io);
}

interface GrantOptions extends JsonOption {
  readonly role: Role;
  readonly owner: string;
}

function addNew(tokens: CliCommand, io: Io): void {
  withGrant(tokens.command('new'))
    .description('Makes a token. It is shown now and never again.')
    .option('--expires <duration>', 'how long it works, such as 12h; or never', '90d')
    .option('--json', '{"prefix", "token", "role", "owner", "expires_at"}')
    .action(async (options: GrantOptions & { expires: string }, command: CliCommand) => {
      const { role, owner } = checkedGrant(options, command);
      const expiresAtMs = endOf(options.expires, io.nowMs(), command);
      const grant = { role, owner, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
      const { prefix, token } = await withStore(configFor(io, []).store, io.nowMs, (store) =>
        store.tokens.issue(grant),
      );
      const end = isoOf(expiresAtMs);
      answer(io, options, {
        view: { prefix, token: token.reveal(), role, owner, expires_at: end },
        lines: [
          token.reveal(),
          `For ${owner}, ${role}, until ${end ?? 'it is revoked'}. Nobody can show it again.`,
        ],
      });
    })
    .withExamples(
      'whatsapp-onboarding tokens new --role operator --owner alice@partner.example',
      'whatsapp-onboarding tokens new --role viewer --owner dashboard --expires 365d --json',
    );
}

function addLink(tokens: CliCommand, io: Io): void {
  withGrant(tokens.command('link'))
    .description('Makes a link that logs one browser in, once, within ten minutes.')
    .option('--json', '{"url", "role", "owner"}')
    .action(async (options: GrantOptions, command: CliCommand) => {
      const grant = checkedGrant(options, command);
      const { store: place, http } = configFor(io, []);
      const word = await withStore(place, io.nowMs, ({ sessions }) => sessions.offerLogin(grant));
      const url = `http://${http.host}:${http.port}/login/${word.reveal()}`;
      answer(io, options, { view: { url, ...grant }, lines: [url] });
    })
    .withExamples('whatsapp-onboarding tokens link --role admin --owner alice');
}

function addList(tokens: CliCommand, io: Io): void {
  tokens
    .command('list')
    .description(
      'Every token there was, by what tells them apart; what opens something is not kept.',
    )
    .option(
      '--json',
      '{"tokens": [{"prefix", "role", "owner", "state", "created_at", "expires_at", "last_used_at"}]}',
    )
    .action(async ({ json }: JsonOption) => {
      const rows = await withStore(configFor(io, []).store, io.nowMs, (store) =>
        store.tokens.list(),
      );
      if (json === true) io.terminal.json({ tokens: rows.map((row) => viewOf(row, io.nowMs())) });
      else if (rows.length === 0) io.terminal.line('There is no token yet.');
      else
        io.terminal.table(
          COLUMNS,
          rows.map((row) => cellsOf(row, io.nowMs())),
        );
    })
    .withExamples('whatsapp-onboarding tokens list', 'whatsapp-onboarding tokens list --json');
}

function addRevoke(tokens: CliCommand, io: Io): void {
  tokens
    .command('revoke')
    .description('Ends a token at once, and the sessions that were opened with it.')
    .argument('<prefix>', 'as tokens list shows it; what stands in a token after won_')
    .option(...UNASKED)
    .option('--json', '{"prefix", "state"}')
    .action(async (prefix: string, options: JsonOption & { yes?: true }, command: CliCommand) => {
      if (!PREFIX.test(prefix)) throw command.misuse('prefix must be 10 hex digits');
      await confirm(io, {
        isMeant: options.yes === true,
        question: `End the token ${prefix} and its sessions? Whoever uses it is refused at once.`,
      });
      const isRevoked = await withStore(configFor(io, []).store, io.nowMs, (store) =>
        store.tokens.revoke(prefix),
      );
      if (!isRevoked) throw new CliError('unknown_token', `no token ${prefix} that still works`);
      answer(io, options, {
        view: { prefix, state: 'revoked' },
        lines: [`${prefix} works no more.`],
      });
    })
    .withExamples('whatsapp-onboarding tokens revoke 5f0c1e7ab2');
}

function withGrant(command: CliCommand): CliCommand {
  const role = new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory();
  return command
    .addOption(role)
    .requiredOption('--owner <name>', 'whose it is: stands in the history of numbers');
}

function checkedGrant(
  { role, owner }: GrantOptions,
  command: CliCommand,
): Pick<GrantOptions, 'role' | 'owner'> {
  if (OWNER.test(owner)) return { role, owner };
  throw command.misuse('--owner must be 1-60 letters, digits, spaces or @._+-');
}

function endOf(text: string, nowMs: number, command: CliCommand): number | undefined {
  if (text === 'never') return undefined;
  const durationMs = parseDuration(text);
  if (typeof durationMs === 'number') return nowMs + durationMs;
  throw command.misuse('--expires must be a duration such as 90d, or never');
}

function stateOf({ revokedAtMs, expiresAtMs = Infinity }: TokenRow, nowMs: number): string {
  if (revokedAtMs !== undefined) return 'revoked';
  return expiresAtMs <= nowMs ? 'expired' : 'active';
}

function viewOf(row: TokenRow, nowMs: number): object {
  return {
    ...{ prefix: row.prefix, role: row.role, owner: row.owner, state: stateOf(row, nowMs) },
    created_at: isoOf(row.createdAtMs),
    expires_at: isoOf(row.expiresAtMs),
    last_used_at: isoOf(row.lastUsedAtMs),
  };
}

function cellsOf(row: TokenRow, nowMs: number): readonly string[] {
  const dates = [row.expiresAtMs, row.lastUsedAtMs].map((ms) =>
    ms === undefined ? '' : dateOf(ms),
  );
  return [row.prefix, row.role, stateOf(row, nowMs), ...dates, row.owner];
}

function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
