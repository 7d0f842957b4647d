import { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import type { OutputStream } from '../../src/cli/terminal.ts';

/** A pipe, or a terminal of so many columns. */
export function memoryStream(columns?: number): {
  readonly stream: OutputStream;
  readonly text: () => string;
} {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  const tty = columns === undefined ? {} : { isTTY: true, columns, getColorDepth };
  return { stream: Object.assign(stream, tty), text: () => chunks.join('') };
}

/** What a real terminal says, after NO_COLOR and TERM. */
function getColorDepth(): number {
  return WriteStream.prototype.getColorDepth(process.env);
}
