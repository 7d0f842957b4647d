import type { Io } from './io.ts';
import { printable } from './terminal.ts';

export interface JsonOption {
  readonly json?: true;
}

/** What an order came to, for a program or for a person. */
export function answer(
  { terminal }: Io,
  { json }: JsonOption,
  { view, lines }: { readonly view: object; readonly lines: readonly string[] },
): void {
  if (json === true) terminal.json(view);
  else for (const line of lines) terminal.line(printable(line));
}
