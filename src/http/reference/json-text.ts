const WIDTH = 100;

/** JSON for people: whatever fits a line stands in one. */
export function jsonText(value: unknown, indent = ''): string {
  const flat = flatText(value);
  if (indent.length + flat.length <= WIDTH || typeof value !== 'object' || value === null) {
    return flat;
  }
  const deeper = `${indent}  `;
  const isList = Array.isArray(value);
  const lines = Object.entries(value).map(
    ([key, inner]) => `${deeper}${isList ? '' : `"${key}": `}${jsonText(inner, deeper)}`,
  );
  return [isList ? '[' : '{', lines.join(',\n'), `${indent}${isList ? ']' : '}'}`].join('\n');
}

function flatText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flatText).join(', ')}]`;
  const members = Object.entries(value).map(([key, inner]) => `"${key}": ${flatText(inner)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
