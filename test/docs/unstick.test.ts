import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CAUSES } from '../../src/domain/causes.ts';

const PAGE = fileURLToPath(new URL('../../docs/how-to/unstick-a-number.md', import.meta.url));

/** Rows of the page's tables by what their first cell names. */
const rows = readFileSync(PAGE, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split(' | '));

const rowsOf = (cause: string) => rows.filter(([first = '']) => first.includes(`\`${cause}\``));

it.each(Object.keys(CAUSES))(
  'a person who is told %s finds one row that says what to do',
  (cause) => {
    const [row = [], ...others] = rowsOf(cause);
    expect(others).toEqual([]);
    expect(row.length).toBeGreaterThan(1);
    for (const cell of row) expect(cell.trim()).not.toBe('');
  },
);

it('no row is about a cause that there is not', () => {
  const named = rows.flatMap(([first = '']) =>
    [...first.matchAll(/`([a-z]+_[a-z_]+|banned|throttled|paused)`/g)].map(([, name = '']) => name),
  );
  expect(named.filter((name) => !(name in CAUSES))).toEqual([]);
});
