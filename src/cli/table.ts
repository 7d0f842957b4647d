export interface Column {
  readonly title: string;
  /** Never cut off: an id or a time that lacks its end is worth nothing. */
  readonly isWhole?: boolean;
}

interface Sheet {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** In columns of the terminal; Infinity where nothing is cut off. */
  readonly width: number;
}

const GAP = '  ';
/** A cell that may be cut keeps at least this much. */
const LEAST_WIDTH = 8;
/** Takes two columns of a terminal: Chinese, Japanese, Korean, full-width forms, emoji. Source: Unicode, UAX #11. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{20000}-\u{3fffd}]/u;
/** Takes none: accents, joiners. */
const COMBINING = /[\p{M}\p{Cf}]/u;

/** The title line and a line per row; nothing if the width is too little for any. */
export function fittingTable(sheet: Sheet): readonly string[] {
  const widths = fittingWidths(sheet);
  if (widths === undefined) return [];
  const titles = sheet.columns.map(({ title }) => title);
  return [titles, ...sheet.rows].map((cells) =>
    widths
      .map((width, index) => fill(cells[index] ?? '', width))
      .join(GAP)
      .trimEnd(),
  );
}

/** Takes from the widest column that may be cut, until the table fits. */
function fittingWidths({ columns, rows, width }: Sheet): readonly number[] | undefined {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  let surplus = widths.reduce((sum, each) => sum + each, GAP.length * (columns.length - 1)) - width;
  for (; surplus > 0; surplus--) {
    const cuttable = widths.map((each, index) => (columns[index]?.isWhole === true ? 0 : each));
    const widest = Math.max(...cuttable);
    if (widest <= LEAST_WIDTH) return undefined;
    widths[cuttable.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function fill(cell: string, width: number): string {
  const shown = widthOf(cell) <= width ? cell : `${cut(cell, width - 1)}…`;
  return shown + ' '.repeat(width - widthOf(shown));
}

function cut(cell: string, width: number): string {
  let kept = '';
  for (const character of cell) {
    if (widthOf(kept + character) > width) return kept;
    kept += character;
  }
  return kept;
}

function widthOf(text: string): number {
  return Array.from(text, characterWidth).reduce((sum, each) => sum + each, 0);
}

function characterWidth(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
