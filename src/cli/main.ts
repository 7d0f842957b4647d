#!/usr/bin/env node
import { runCli } from './run.ts';
import { createTerminal } from './terminal.ts';

/** 128 + SIGPIPE: who reads our output has gone. */
const BROKEN_PIPE = 141;

// What a library should not do is no message for who types a command.
process.noDeprecation = true;

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    process.exit(BROKEN_PIPE);
  });
}

// A terminal that nobody has told its size, as some that programs make, shows a question letter by letter.
const canAsk = process.stdin.isTTY && process.stderr.isTTY && process.stderr.columns > 0;

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  nodeVersion: process.versions.node,
  nowMs: Date.now,
  input: process.stdin,
  ...(canAsk && { person: { input: process.stdin, output: process.stderr } }),
  terminal: createTerminal({ out: process.stdout, err: process.stderr }),
});
