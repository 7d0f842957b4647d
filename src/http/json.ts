import { HttpError } from './errors.ts';

const MAX_DEPTH = 32;
const WHITE_SPACE = ' \t\r\n';
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Escaped surrogates, and integers too long to be safe. Rare, and looking at every value takes the parser ten times as long. */
const NEEDS_CARE = /\\u[dD]|[^"0-9][0-9]{16}/;

/**
 * Takes JSON from outside. Integers beyond 2^53 come as text, digit by digit as they were sent: Meta's ids pass it.
 * @throws HttpError empty_body, invalid_json or duplicate_key. The parser's own text quotes its input and goes nowhere.
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new HttpError('empty_body');
  try {
    // ignoreBOM keeps a byte order mark in the text, where the parser refuses it.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    scan(text);
    return NEEDS_CARE.test(text) ? JSON.parse(text, takeValue) : JSON.parse(text);
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError('invalid_json');
  }
}

/**
 * Depth and repeated keys, before the parser: it spends a second on a million brackets, and keeps the last of two equal keys
 * without a word. Wrong syntax is left to the parser.
 */
function scan(text: string): void {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const mark = text[i];
    if (mark === '{' || mark === '[') open.push(new Set());
    else if (mark === '}' || mark === ']') open.pop();
    else if (mark === '"') {
      const end = endOfString(text, i);
      if (isKey(text, end)) noteKey(open.at(-1), text.slice(i, end + 1));
      i = end;
    }
    if (open.length > MAX_DEPTH) throw new HttpError('invalid_json');
  }
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let i = end + 1;
  while (WHITE_SPACE.includes(text[i] ?? '?')) i++;
  return text[i] === ':';
}

/** Two spellings of one key are equal too: `"code"` and `"\u0063ode"`. */
function noteKey(keys: Set<string> | undefined, literal: string): void {
  const key: unknown = JSON.parse(literal);
  if (typeof key !== 'string' || keys === undefined) return;
  if (keys.has(key)) throw new HttpError('duplicate_key');
  keys.add(key);
}

function takeValue(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (LONE_SURROGATE.test(key)) throw new HttpError('invalid_json');
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) throw new HttpError('invalid_json');
  const source = context?.source;
  const isUnsafe =
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isUnsafe && source !== undefined && /^-?[0-9]+$/.test(source) ? source : value;
}
