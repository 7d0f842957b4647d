import { virtualNowMs } from './clock.ts';
import { displayNumber, nameStatusOf, statusOf } from './derived.ts';
import type { World } from './world.ts';

/** How much fits a glance. */
const LATEST_ROWS = 100;

/** The world on one page, for a person. */
export function pageOf(world: World): string {
  const nowMs = virtualNowMs(world.clock);
  const all = Object.values(world.numbers);
  const latest = all.sort((a, b) => b.seq - a.seq).slice(0, LATEST_ROWS);
  const numbers = latest.map((number) => [
    number.id,
    displayNumber(number, world.switches),
    number.waba_id,
    statusOf(number, world.switches),
    `${number.verified_name}: ${nameStatusOf(number, nowMs)}`,
  ]);
  const ledger = world.ledger
    .slice(-LATEST_ROWS)
    .reverse()
    .map((row) => [
      new Date(row.at_ms).toISOString(),
      `${row.method} ${row.path}`,
      [row.http, row.code, row.subcode].filter((part) => part !== undefined).join(' '),
      row.effectApplied ? 'effect' : '',
      row.answerDelivered ? '' : 'no answer',
      row.fault ?? '',
    ]);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>fake-graph</title>
<style>body{font:15px system-ui;margin:2rem}td,th{padding:.2rem .8rem .2rem 0;text-align:left}</style>
</head>
<body>
<h1>fake-graph</h1>
<p>Virtual time: ${escapeHtml(new Date(nowMs).toISOString())} (${escapeHtml(modeOf(world))})</p>
<h2>Numbers (${countOf(all.length, latest.length)})</h2>
${table(['id', 'number', 'account', 'status', 'name'], numbers)}
<h2>Requests (${countOf(world.ledger.length, ledger.length)})</h2>
${table(['time', 'request', 'answer', '', '', 'fault'], ledger)}
</body>
</html>
`;
}

function modeOf({ clock }: World): string {
  return clock.mode === 'scaled' ? `scaled:${clock.factor}` : clock.mode;
}

const countOf = (all: number, shown: number): string =>
  all === shown ? `${all}` : `the latest ${shown} of ${all}`;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>\n${[line(head, 'th'), ...rows.map((row) => line(row, 'td'))].join('\n')}\n</table>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
