import { parseArgs } from 'node:util';
import { live } from '../test/workflows/lives/live.ts';
import { LIVES, type Life } from '../test/workflows/lives/lives.ts';
import { billableActions } from './billable-actions.ts';
import { inWorld } from './in-world.ts';

const HELP = `Counts what each scripted life of a number costs: events in its history, the actions Temporal Cloud would bill, and
calls to Meta about the number. Counted from real runs under the time-skipping server; a busy machine may add a workflow task.

  --json    [{"life": "…", "end": "…", "events": …, "actions": …, "calls": …}]
`;

interface Cost {
  readonly life: string;
  readonly end: string;
  readonly events: number;
  readonly actions: number;
  readonly calls: number;
}

async function costOf(name: string, life: Life): Promise<Cost> {
  return await inWorld(async (world) => {
    let events = 0;
    let actions = 0;
    let calls = 0;
    const { end } = await live(world, life, async (handle) => {
      const history = await handle.fetchHistory();
      const [id = ''] = handle.workflowId.split('/').slice(-1);
      events = history.events?.length ?? 0;
      actions = billableActions(history, world.activityAttempts()).total;
      calls = (await world.meta.ledgerOf(id)).length;
    });
    return { life: name, end, events, actions, calls };
  });
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const costs: Cost[] = [];
  if (!values.json)
    say('| a number is | end | events | actions | calls to Meta |\n|---|---|---|---|---|');
  for (const [name, life] of Object.entries(LIVES)) {
    const cost = await costOf(name, life);
    const { end, events, actions, calls } = cost;
    costs.push(cost);
    if (!values.json) say(`| ${name} | ${end} | ${events} | ${actions} | ${calls} |`);
  }
  if (values.json) say(JSON.stringify(costs));
}

if (values.help) say(HELP);
else await main();
