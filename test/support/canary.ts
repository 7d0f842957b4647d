/** A value that must not get out, and what to call it when it does: a failed test must not print it. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

/** Names of the canaries found in the bytes: as they are, in base64 at any offset, in hex, or URL-encoded. */
export function canariesIn(bytes: Buffer, canaries: readonly Canary[]): readonly string[] {
  const text = bytes.toString('latin1');
  return canaries.filter(({ value }) => isIn(text, value)).map(({ name }) => name);
}

function isIn(text: string, value: string): boolean {
  // Six digits stand in many a timestamp by chance; a PIN that got out stands by itself.
  const asItIs = /^\d+$/.test(value)
    ? new RegExp(`(?<!\\d)${value}(?!\\d)`).test(text)
    : text.includes(value);
  return asItIs || spellingsOf(value).some((spelling) => text.includes(spelling));
}

function spellingsOf(value: string): readonly string[] {
  const hex = Buffer.from(value).toString('hex');
  const url = encodeURIComponent(value);
  return [hex, hex.toUpperCase(), ...(url === value ? [] : [url]), ...base64Of(value)];
}

/** For each of the three offsets, the characters of its base64 form that do not depend on what stands around it. */
function base64Of(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    return padded.slice(first, Math.floor(((offset + bytes.length) * 8) / 6));
  });
}
