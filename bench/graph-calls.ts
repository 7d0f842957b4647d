import { parseArgs } from 'node:util';
import { drawAccounts, type Draw } from './graph-calls/accounts.ts';
import { GOALS, isMet } from './graph-calls/goals.ts';
import { playForReal, REAL_SIZES } from './graph-calls/real.ts';
import { follow, simulate, USUAL_LOSS } from './graph-calls/simulation.ts';
import { tableOf } from './graph-calls/table.ts';

const NUMBERS = 10_000;
const REAL_NUMBERS = 200;
/** How far the calls of the real run may be from those of the simulation. */
const TOLERANCE = 0.1;

const HELP = `Counts the calls of Meta it takes to learn what Meta decided about names, and how late it is learned: the product's own
rules on a virtual clock, against Meta's hourly limits, beside strategies without them.

  --json       the figures as JSON, by numbers per account and strategy
  --real       ${REAL_NUMBERS} numbers through the real workflows, worker, store and fake-graph over HTTP, under the
               time-skipping server, beside the simulation of the same numbers: {"simulated": …, "real": …, "ratio": …}
               (about two minutes)
  --seed N     another draw of accounts, reviews and webhooks (1)
  --numbers N  how many numbers (${NUMBERS}, with --real ${REAL_NUMBERS})

Exit code 1 when a goal is missed: on mixed accounts, or with --real when the two differ by more than ${TOLERANCE * 100} %; 2 for a bad
option.
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const whisper = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
};

function simulateAll(draw: Draw, isJson: boolean): void {
  const report = simulate(draw, (scale) => {
    whisper(`numbers per account: ${scale}`);
  });
  say(isJson ? JSON.stringify(report) : tableOf(report));
  if (!GOALS.every((goal) => isMet(goal, report.mixed))) process.exitCode = 1;
}

async function compareWithReal(draw: Draw, isJson: boolean): Promise<void> {
  const accounts = drawAccounts(REAL_SIZES, draw);
  const simulated = follow(accounts, USUAL_LOSS).callsPerNumber;
  const real = await playForReal(accounts, { loss: USUAL_LOSS, report: whisper });
  const ratio = Math.round((1000 * real) / simulated) / 1000;
  const isAgreed = Math.abs(ratio - 1) <= TOLERANCE;
  if (isJson) say(JSON.stringify({ simulated, real, ratio }));
  else {
    say(
      `${isAgreed ? 'OK  ' : 'MISS'}  calls per number: ${simulated} simulated, ${real} for real`,
    );
  }
  if (!isAgreed) process.exitCode = 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      real: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      numbers: { type: 'string' },
    },
  });
  const numbers = values.numbers ?? (values.real ? REAL_NUMBERS : NUMBERS).toString();
  return { ...values, draw: { seed: wholeNumber(values.seed), numbers: wholeNumber(numbers) } };
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new Error(`not a whole number from 1 to 9999999: ${text}`);
  return Number(text);
}

async function main(): Promise<void> {
  const { help, json, real, draw } = readOptions();
  if (help) say(HELP);
  else if (real) await compareWithReal(draw, json);
  else simulateAll(draw, json);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 2;
}
