import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ReadStream } from 'node:tty';
import { Secret } from '../domain/secret.ts';
import type { CliCommand } from './cli-command.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

const STDIN = '-';

interface Wanted {
  /** In an error: `PIN`. */
  readonly what: string;
  /** The option that names the file. */
  readonly option: string;
  /** Absent or `-`: standard input. */
  readonly file: string | undefined;
}

/**
 * A secret from a file or standard input, without the end of its line; typed at a terminal it is not shown.
 * @throws CliError usage
 */
export async function readSecret(io: Io, { what, option, file }: Wanted): Promise<Secret> {
  const content = await contentOf(io, { what, file: file ?? STDIN }).catch((error: unknown) => {
    throw error instanceof CliError ? error : new CliError('usage', `${option} cannot be read`);
  });
  const value = content.replace(/[\r\n]+$/, '');
  if (value !== '') return new Secret(value);
  const place = file === undefined ? 'standard input' : option;
  throw new CliError('usage', `${place} holds no ${what}`);
}

/** Standard input has one end, so it can hold one secret only. @throws CliError usage */
export function refuseTwoOnStdin(
  command: CliCommand,
  ...files: readonly (string | undefined)[]
): void {
  if (files.filter((file) => file === STDIN).length > 1) {
    throw command.misuse('only one secret can come from standard input; name a file for the other');
  }
}

async function contentOf(
  { input, terminal }: Io,
  { what, file }: { readonly what: string; readonly file: string },
): Promise<string> {
  if (file !== STDIN) return await readFile(file, 'utf8');
  if (!(input instanceof ReadStream)) return await text(input);
  terminal.progress(`${what}: `);
  try {
    return await typedAt(input);
  } finally {
    terminal.progress(undefined);
  }
}

/** The line editor of Node, writing to nobody. */
async function typedAt(input: ReadStream): Promise<string> {
  const output = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const editor = createInterface({ input, output, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      editor.once('line', resolve);
      editor.once('close', () => {
        reject(new CliError('usage', 'nothing was typed'));
      });
    });
  } finally {
    editor.close();
  }
}
