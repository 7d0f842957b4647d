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

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  nodeVersion: process.versions.node,
  nowMs: Date.now,
  input: process.stdin,
  terminal: createTerminal({ out: process.stdout, err: process.stderr }),
});
