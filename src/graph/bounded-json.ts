/** Graph's own answers nest less than ten deep; a deeper one could only be meant to exhaust the parser. */
const MAX_DEPTH = 32;

/**
 * The value, or undefined if the text is not JSON or nests too deep. Never throws: the parser's message quotes the text,
 * which may hold a token.
 */
export function parseBoundedJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One pass by hand: a regular expression over strings this long can be made to run for minutes. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const mark = text[i];
    if (inString && mark === '\\') i++;
    else if (mark === '"') inString = !inString;
    else if (!inString) depth += stepOf(mark);
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function stepOf(mark: string | undefined): number {
  if (mark === '[' || mark === '{') return 1;
  return mark === ']' || mark === '}' ? -1 : 0;
}
