import { moveTo, realDelayMs, virtualNowMs } from './clock.ts';
import { attemptDelivery } from './deliveries.ts';
import { rememberNumber } from './history.ts';
import { HOUR_MS } from './meta-clocks.ts';
import { decideName } from './naming.ts';
import { nextScheduled, takeDue } from './schedule.ts';
import { takeOff } from './third-parties.ts';
import { revokeTokensOf } from './tokens.ts';
import type { Delivery, Fake, Scheduled, World } from './world.ts';

/** Makes happen what is due: scripted acts and deliveries of webhooks, in order of virtual time. */
export interface Timeline {
  /** Moves the clock forward, stopping at every event on the way. Ends when all deliveries due were attempted. */
  advanceTo: (atMs: number) => Promise<void>;
  /** Runs what is due now. */
  settle: () => Promise<void>;
  /** Sets the alarm for the next event; needed after anything that may have planned one. */
  arm: () => void;
  close: () => void;
}

export function createTimeline(fake: Fake, changed: () => void): Timeline {
  const underway = new Set<Delivery>();
  let alarm: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();
  let closed = false;

  async function settle(): Promise<void> {
    if (closed) return;
    runScheduled(fake.world, virtualNowMs(fake.world.clock));
    const nowMs = virtualNowMs(fake.world.clock);
    const ready = Object.values(fake.world.outbox).filter(
      (d) => d.next_at_ms <= nowMs && !underway.has(d),
    );
    const attempts = ready.map(async (delivery) => {
      underway.add(delivery);
      await attemptDelivery(fake, delivery).finally(() => underway.delete(delivery));
    });
    arm();
    await Promise.all(attempts);
    changed();
    // A delivery may have let another one go.
    if (attempts.length > 0) await settle();
    else arm();
  }

  function arm(): void {
    clearTimeout(alarm);
    const dueMs = nextDueMs(fake.world, underway);
    if (closed || dueMs === undefined) return;
    const delayMs = realDelayMs(fake.world.clock, dueMs);
    if (delayMs === undefined) return;
    // Node's timers end at 24 days; waking up once an hour for nothing costs less than a rule about that.
    alarm = setTimeout(() => void settle(), Math.min(delayMs, HOUR_MS));
  }

  async function walkTo(atMs: number): Promise<void> {
    const { world } = fake;
    for (;;) {
      const dueMs = nextDueMs(world, underway);
      if (dueMs === undefined || dueMs > atMs || fake.world !== world) break;
      moveTo(world.clock, dueMs);
      await settle();
    }
    moveTo(world.clock, atMs);
    await settle();
  }

  return {
    settle,
    arm,
    advanceTo: async (atMs) => {
      // One walk at a time: two at once would each skip the other's stops.
      const walk = turn.then(() => walkTo(atMs));
      turn = walk.catch(() => undefined);
      await walk;
    },
    close: () => {
      closed = true;
      clearTimeout(alarm);
    },
  };
}

function nextDueMs(world: World, underway: Set<Delivery>): number | undefined {
  const waiting = Object.values(world.outbox).filter((d) => !underway.has(d));
  const planned = nextScheduled(world)?.at_ms ?? Infinity;
  const dueMs = waiting.reduce((least, { next_at_ms }) => Math.min(least, next_at_ms), planned);
  return dueMs === Infinity ? undefined : dueMs;
}

function runScheduled(world: World, nowMs: number): void {
  for (;;) {
    const event = takeDue(world, nowMs);
    if (event === undefined) return;
    run(world, event);
  }
}

function run(world: World, event: Scheduled): void {
  if (event.kind === 'tokens_revoked') {
    revokeTokensOf(world, event.waba);
    return;
  }
  const number = world.numbers[event.number];
  if (number === undefined) return;
  rememberNumber(world, number, event.at_ms);
  if (event.kind === 'handset_left') number.on_handset = false;
  else if (event.kind === 'deregistered') takeOff(number);
  else decideName(world, number, { ...event, nowMs: event.at_ms });
}
