import { z } from 'zod';

const node = z.looseObject({
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  contentEncoding: z.string().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  $ref: z.string().optional(),
});

/** What the reference asks of a JSON Schema. */
export type Node = z.output<typeof node>;

/** A schema as callers see it: what they send, or what they are answered. */
export function nodeOf(schema: z.ZodType, io: 'input' | 'output'): Node {
  return node.parse(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
}

export function membersOf({ properties = {} }: Node): readonly (readonly [string, Node])[] {
  return Object.entries(properties).map(([name, inner]) => [name, node.parse(inner)]);
}

/** In a few words: `string`, or all the words there are. */
export function typeOf({ type = 'any', enum: words, const: only, items, ...rest }: Node): string {
  if (typeof only === 'string') return `\`${only}\``;
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  if (type === 'array') return `list of ${typeOf(node.parse(items ?? {}))}s`;
  if (type === 'object') return 'object';
  return isOfDigits(rest) ? 'string of digits' : type;
}

const SAMPLES: Readonly<Record<string, unknown>> = {
  ...{ integer: 1, number: 1, boolean: true, string: '…' },
  'date-time': '2026-01-05T13:00:00.000Z',
  uuid: '0b0f3a5e-8d0c-4b0e-9d3a-6f1c2b7a9e10',
  base64: 'Q2VydGlmaWNhdGU=',
  digits: '106540352242922',
};

/** An answer of this form, with each member that it may have. */
export function sampleOf(schema: z.ZodType): unknown {
  const root = nodeOf(schema, 'output');
  const named = z.record(z.string(), z.unknown()).parse(root['$defs'] ?? {});
  return valueOf(root);

  function valueOf(at: Node): unknown {
    const example = at.examples?.[0] ?? at.const ?? at.enum?.[0];
    if (example !== undefined) return example;
    if (at.$ref !== undefined) return valueOf(node.parse(named[at.$ref.replace('#/$defs/', '')]));
    if (at.type === 'array') return [valueOf(node.parse(at.items ?? {}))];
    if (at.type !== 'object') return SAMPLES[kindOf(at)];
    return Object.fromEntries(membersOf(at).map(([name, inner]) => [name, valueOf(inner)]));
  }
}

function kindOf({ type = 'string', format, pattern, contentEncoding }: Node): string {
  const narrow = isOfDigits({ pattern }) ? 'digits' : (format ?? contentEncoding ?? type);
  return narrow in SAMPLES ? narrow : type;
}

function isOfDigits({ pattern = '' }: { readonly pattern?: string | undefined }): boolean {
  return pattern.startsWith('^[0-9]');
}
