import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROWS = Array.from({ length: 58 }, (_, index) => `B${String(index + 1).padStart(2, '0')}`);

/** The ids of the catalogue of bad inputs that stand in a title, or in the first column of a table of rows. */
function idsIn(source: string): readonly string[] {
  const titles = source.matchAll(
    /\b(?:test|it|describe)(?:\.each\b[^;]*?\))?\(\s*['"`](?<title>.*)/g,
  );
  const cells = source.matchAll(/\[\s*['"`](?<title>[^'"`\n]*\bB\d\d\b[^'"`\n]*)/g);
  return [...titles, ...cells].flatMap(
    ({ groups }) => groups?.['title']?.match(/\bB\d\d\b/g) ?? [],
  );
}

test('every bad input of the catalogue has a test that names it', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('bad-input.test.ts'))
    .map((file) => readFileSync(join('test', file), 'utf8'));
  const named = new Set(sources.flatMap(idsIn));
  expect(ROWS.filter((row) => !named.has(row))).toEqual([]);
  expect(named.size).toBeGreaterThanOrEqual(ROWS.length);
});

test('a row that only a comment names has no test', () => {
  expect(idsIn("// B01 is easy\ntest('B02: is refused', () => {});")).toEqual(['B02']);
});
