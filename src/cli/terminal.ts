import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { fittingTable, type Column } from './table.ts';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes. Without a terminal there is no colour, no cut and no progress, so that a script sees the same everywhere. */
export interface Terminal {
  /** For text that is folded: 80 where nobody looks. */
  readonly width: number;
  readonly line: (text: string) => void;
  readonly json: (value: unknown) => void;
  readonly table: (columns: readonly Column[], rows: readonly (readonly string[])[]) => void;
  /** One line of an error. */
  readonly complain: (text: string) => void;
  /** How far a slow command is. Each call replaces the one before; undefined takes it away. */
  readonly progress: (text: string | undefined) => void;
  readonly paint: (style: Style, text: string) => string;
}

/** Control characters: a name from outside must not steer the terminal. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** As `process.stdout` is: a terminal, a pipe or a file. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function createTerminal(streams: {
  readonly out: OutputStream;
  readonly err: OutputStream;
}): Terminal {
  const { out, err } = streams;
  const columns = out.isTTY === true ? out.columns : undefined;
  const width = columns ?? Infinity;
  const paint: Terminal['paint'] = (style, text) => styleText(style, text, { stream: out });
  const line = (text: string): void => void out.write(`${text}\n`);
  return {
    width: columns ?? 80,
    paint,
    line,
    json: (value) => {
      line(JSON.stringify(value));
    },
    table: (titled, rows) => {
      const clean = rows.map((row) => row.map(printable));
      const titles = titled.map(({ title }) => title);
      const [head, ...lines] = fittingTable({ columns: titled, rows: clean, width });
      if (head === undefined) for (const row of clean) line(recordOf(titles, row));
      else for (const text of [paint('bold', head), ...lines]) line(text);
    },
    complain: (text) => void err.write(`${text}\n`),
    progress: (text) => {
      if (err.isTTY === true) err.write(`\r\u001b[K${text ?? ''}`);
    },
  };
}

/** On one line and without control characters. */
export function printable(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** For a terminal too narrow for the table. */
function recordOf(titles: readonly string[], row: readonly string[]): string {
  return [...titles.map((title, index) => `${title}: ${row[index] ?? ''}`), ''].join('\n');
}
