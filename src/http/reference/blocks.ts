import { jsonText } from './json-text.ts';

/** A part of the reference that somebody has written. Texts have `code` and [links](to.md), as in Markdown. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly language: 'json' | 'sh'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

export const text = (...lines: readonly string[]): Block => ({
  kind: 'text',
  text: lines.join(' '),
});

export const json = (value: unknown): Block => ({
  ...{ kind: 'code', language: 'json' },
  text: jsonText(value),
});

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): Block => ({
  ...{ kind: 'table', head, rows },
});
