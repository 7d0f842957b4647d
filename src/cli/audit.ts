import type { AuditLine } from '../store/access.ts';
import type { JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';
import { dateOf } from './time.ts';

const COLUMNS = [
  { title: 'AT', isWhole: true },
  { title: 'WHO' },
  { title: 'WHAT' },
  { title: 'ABOUT', isWhole: true },
  { title: 'RESULT', isWhole: true },
] as const;

export function addAudit(program: CliCommand, io: Io): void {
  program
    .command('audit')
    .description('Who changed what, and who saw a secret.')
    .command('list')
    .description('The newest first. What has no result is under way, or was cut off.')
    .option('--limit <n>', 'how many lines', '50')
    .option(
      '--json',
      '{"audit": [{"at", "request_id", "actor", "role", "action", "subject", "result"}]}',
    )
    .action(async (options: JsonOption & { limit: string }, command: CliCommand) => {
      if (!/^[1-9][0-9]{0,4}$/.test(options.limit)) throw command.misuse('--limit must be 1-99999');
      const lines = await withStore(configFor(io, []).store, io.nowMs, ({ audit }) =>
        audit.list({ limit: Number(options.limit) }),
      );
      if (options.json === true) io.terminal.json({ audit: lines.map(viewOf) });
      else if (lines.length === 0) io.terminal.line('Nobody has changed anything yet.');
      else io.terminal.table(COLUMNS, lines.map(cellsOf));
    })
    .withExamples(
      'whatsapp-onboarding audit list',
      `whatsapp-onboarding audit list --limit 1000 --json | jq '.audit[] | select(.subject == "106540352242922")'`,
    );
}

function viewOf({ atMs, requestId, actor, role, action, subject, result }: AuditLine): object {
  const at = new Date(atMs).toISOString();
  return { at, request_id: requestId, actor, role, action, subject, result };
}

function cellsOf({ atMs, actor, action, subject, result }: AuditLine): readonly string[] {
  return [dateOf(atMs), actor, action, subject ?? '', result ?? ''];
}
