// Stands for the embedded program: starts two programs on a leash, tells their numbers and waits to be killed.
import { setTimeout as sleep } from 'node:timers/promises';

import { startLeash, startProgram } from '../../src/embedded/child-process.ts';

const [logFile = '', ...scripts] = process.argv.slice(2);
const leash = startLeash({ graceMs: 2_000 });
const programs = await Promise.all(
  scripts.map((script) =>
    startProgram({
      name: 'program',
      command: process.execPath,
      args: ['-e', script],
      logFile,
      leash,
    }),
  ),
);
process.stdout.write(
  `${JSON.stringify({ leash: leash.pid, programs: programs.map(({ pid }) => pid) })}\n`,
);
await sleep(60_000);
