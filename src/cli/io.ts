import type { Readable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Surroundings } from '../config.ts';
import type { Terminal } from './terminal.ts';

/** What the program has from the process it runs in. */
export interface Io {
  readonly env: Surroundings['env'];
  readonly nodeVersion: string;
  readonly nowMs: () => number;
  readonly input: Readable;
  readonly terminal: Terminal;
  /** Who can be asked; absent where nobody sits there, as in a script. */
  readonly person?: { readonly input: ReadStream; readonly output: WriteStream };
}
