/** What a spreadsheet would take for a formula, whoever wrote it. Source: OWASP, "CSV Injection". */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

/** A line of titles and a line per row. Source: RFC 4180. */
export function csvOf(
  titles: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  return [titles, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
