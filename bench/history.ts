import { parseArgs } from 'node:util';
import { DAY_MS, MINUTE_MS } from '../test/support/spans.ts';
import type { World } from '../test/support/world.ts';
import { billableActions, type History } from './billable-actions.ts';
import { inWorld } from './in-world.ts';

const GOALS = { events: 60, actions: 16 };

const HELP = `Counts what one onboarding costs whose name is decided by a webhook after 24 hours: events in its history, and
the actions Temporal Cloud would bill. Counted from the real history of a run under the time-skipping server.

  --json    {"events": …, "actions": …}

Exit code 1 when a goal (${GOALS.events.toString()} events, ${GOALS.actions.toString()} actions) is missed.
`;

/** A day's review, then the webhook. Just before the full day, so that the number's own poll is not the one who sees it. */
async function decidedByWebhook(world: World): Promise<History> {
  const input = await world.signUp({
    number: {
      name_status: 'PENDING_REVIEW',
      review: { decision: 'APPROVED', after_ms: DAY_MS - 2 * MINUTE_MS },
    },
  });
  return await world.play(async () => {
    const handle = await world.start(input);
    await world.sleep(DAY_MS - MINUTE_MS);
    await handle.signal('numberChanged');
    await handle.result();
    return await handle.fetchHistory();
  });
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const report = values.json ? () => undefined : say;
  await inWorld(async (world) => {
    const history = await decidedByWebhook(world);
    const events = history.events?.length ?? 0;
    const { total: actions, parts } = billableActions(history, world.activityAttempts());
    if (values.json) say(JSON.stringify({ events, actions }));
    else {
      say(`events   ${events.toString()} of at most ${GOALS.events.toString()}`);
      say(`actions  ${actions.toString()} of at most ${GOALS.actions.toString()}`);
      for (const [part, count] of Object.entries(parts))
        say(`         ${count.toString()} ${part}`);
    }
    if (events > GOALS.events || actions > GOALS.actions) process.exitCode = 1;
  }, report);
}

if (values.help) say(HELP);
else await main();
