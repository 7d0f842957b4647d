import { html } from 'hono/html';
import type { Html } from './page.ts';

/** `code`, and [links] of the documentation, which is not served: their words are kept. */
const MARKS = /`(?<code>[^`]+)`|\[(?<words>[^\]]+)\]\([^)]+\)/g;

/** A line of our own Markdown as a part of a page. */
export function proseOf(text: string): readonly (Html | string)[] {
  const parts: (Html | string)[] = [];
  let from = 0;
  for (const { index, 0: all, groups = {} } of text.matchAll(MARKS)) {
    const { code, words } = groups;
    parts.push(
      text.slice(from, index),
      code === undefined ? (words ?? '') : html`<code>${code}</code>`,
    );
    from = index + all.length;
  }
  return [...parts, text.slice(from)];
}
