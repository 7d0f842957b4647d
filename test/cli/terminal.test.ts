import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTerminal, type Terminal } from '../../src/cli/terminal.ts';
import { newSignup, phoneNumberId } from '../store/builders.ts';
import { COMPILED } from '../support/compile-cache.ts';
import { memoryStream } from '../support/memory-stream.ts';
import { openHome, program } from './command-line.ts';

const COLUMNS = [{ title: 'ID', isWhole: true }, { title: 'NAME' }, { title: 'CAUSE' }] as const;
const ROWS = [
  ['106540352242922', 'Blue Door Bakery and Sons', 'ownership_not_confirmed'],
  ['106540352242923', '蓝门面包店蓝门面包店蓝门面包店', ''],
];
const ESCAPE = '\u001b';

function printed(columns: number | undefined, use: (terminal: Terminal) => void): string {
  const out = memoryStream(columns);
  use(createTerminal({ out: out.stream, err: memoryStream(columns).stream }));
  return out.text();
}

const table = (terminal: Terminal): void => {
  terminal.table(COLUMNS, ROWS);
};

describe('a table', () => {
  beforeEach(() => void vi.stubEnv('FORCE_COLOR', undefined).stubEnv('NO_COLOR', '1'));
  afterEach(() => void vi.unstubAllEnvs());

  it('is whole and plain where nobody looks at it', () => {
    expect(printed(undefined, table)).toBe(
      [
        'ID               NAME                            CAUSE',
        '106540352242922  Blue Door Bakery and Sons       ownership_not_confirmed',
        '106540352242923  蓝门面包店蓝门面包店蓝门面包店',
        '',
      ].join('\n'),
    );
  });

  it.each([80, 60, 50, 35])('fits a terminal of %i columns, with its ids whole', (width) => {
    const lines = printed(width, table).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    expect(lines.slice(1).map((line) => line.slice(0, 15))).toEqual(ROWS.map(([id]) => id));
  });

  it('becomes lines where the terminal is too narrow for it', () => {
    const lines = printed(30, table).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'ID: 106540352242922',
      'NAME: Blue Door Bakery and Sons',
      'CAUSE: ownership_not_confirmed',
      '',
    ]);
  });

  it('does not let a name steer the terminal', () => {
    const evil = `Evil${ESCAPE}[2J\nName\u009b1m`;
    const text = printed(undefined, (terminal) => {
      terminal.table([{ title: 'NAME' }], [[evil]]);
    });
    expect(text).toBe('NAME\nEvil [2J Name 1m\n');
  });
});

describe('B51: colour', () => {
  const bold = (terminal: Terminal): void => {
    terminal.line(terminal.paint('bold', 'x'));
  };
  afterEach(() => void vi.unstubAllEnvs());

  it('is for terminals, and not for those whose users do not want it', () => {
    vi.stubEnv('CI', undefined)
      .stubEnv('FORCE_COLOR', undefined)
      .stubEnv('NO_COLOR', undefined)
      .stubEnv('TERM', 'xterm-256color');
    expect(printed(80, bold)).toContain(ESCAPE);
    expect(printed(undefined, bold)).toBe('x\n');
    vi.stubEnv('NO_COLOR', '1');
    expect(printed(80, bold)).toBe('x\n');
  });

  it('is in nothing that the program writes into a pipe', async () => {
    const { env, store } = await openHome();
    await store.signups.accept(newSignup());
    const { code, out } = await program(['numbers', 'show', newSignup().phoneNumberId], env);
    expect(code).toBe(0);
    expect(out).not.toContain(ESCAPE);
  });
});

it('B51: ends with 141 and without a trace when its reader goes', async () => {
  const { env, store } = await openHome();
  for (let n = 0; n < 300; n++) {
    const id = `10654035224${String(n).padStart(4, '0')}`;
    const names = { verifiedName: 'A name of some length, so that a pipe does not hold it all' };
    await store.signups.accept(
      newSignup({ phoneNumberId: phoneNumberId(id), idempotencyKey: id, ...names }),
    );
  }
  const child = spawn(process.execPath, ['src/cli/main.ts', 'numbers', 'list', '--json'], {
    env: { ...COMPILED, ...env },
  });
  let err = '';
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, err]).toEqual([141, '']);
});

it('shows progress to a terminal only, and takes it away', () => {
  const [out, err, pipe] = [memoryStream(80), memoryStream(80), memoryStream()];
  for (const stream of [err.stream, pipe.stream]) {
    const terminal = createTerminal({ out: out.stream, err: stream });
    terminal.progress('100 numbers');
    terminal.progress(undefined);
  }
  expect(err.text()).toBe(`\r${ESCAPE}[K100 numbers\r${ESCAPE}[K`);
  expect(pipe.text()).toBe('');
});

/** Chinese characters are two columns wide. */
function widthOf(line: string): number {
  return line.length + (line.match(/\p{Script=Han}/gu) ?? []).length;
}
