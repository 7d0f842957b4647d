import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Backlog, Figures, FleetFigures } from '../store/fleet-figures.ts';

/** Scrapes within this time share one reading of the store, however many there are. */
const FRESH_MS = 10_000;
const SECOND_MS = 1000;
const DAY_S = 86_400;
/** Zero is too late. A claimed pre-verified number has 90 days. */
const LEFT_BUCKETS_S = [0, 1, 2, 4, 7, 14, 90].map((days) => days * DAY_S);

interface FleetMetricsDeps {
  readonly figures: Figures;
  readonly nowMs: () => number;
  /** Told when the store could not be read. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Figures of the store, brought up to date by the answer before the page is shown. Every process of the same store would show
 * the same ones: only starters do, and of several take the maximum, not the sum. While the store cannot be read the last ones stay.
 */
export function addFleetMetrics(
  registry: Registry,
  { figures, nowMs, onFailure }: FleetMetricsDeps,
): () => Promise<void> {
  const show = createShow(registry);
  const isReadable = new Gauge({
    name: 'onboarding_store_readable',
    help: '1 if these figures are of the last seconds, 0 if the store could not be read',
    registers: [registry],
  });
  const read = async (): Promise<void> => {
    try {
      show(await figures.read(), nowMs());
      isReadable.set(1);
    } catch (error) {
      isReadable.set(0);
      onFailure(error);
    }
  };
  let readAtMs = -Infinity;
  let reading = Promise.resolve();
  return () => {
    if (nowMs() - readAtMs >= FRESH_MS) {
      readAtMs = nowMs();
      reading = read();
    }
    return reading;
  };
}

function createShow(registry: Registry): (figures: FleetFigures, nowMs: number) => void {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `onboarding_${name}`, help, labelNames, registers: [registry] });
  const numbers = gauge('numbers', 'Onboardings by stage, whose move it is, cause and outcome', [
    ...(['stage', 'waiting_for', 'cause', 'outcome'] as const),
  ]);
  const waiting = gauge(
    'longest_wait_seconds',
    'For how long the one that has waited longest has not changed, by whom it waits for',
    ['waiting_for'],
  );
  const left = new Histogram({
    name: 'onboarding_time_left_seconds',
    help: 'Time left of the numbers that must still be registered, as it is now: not a count since the start',
    buckets: LEFT_BUCKETS_S,
    registers: [registry],
  });
  const attempts = gauge('register_attempts', 'Register requests of the last 72 hours', ['state']);
  const backlog = gauge('backlog', 'What waits to be carried over to Temporal or the partner', [
    'queue',
  ]);
  const backlogAge = gauge('backlog_oldest_seconds', 'For how long the first of them waits', [
    'queue',
  ]);
  const showBacklog = (queue: string, { count, oldestAtMs }: Backlog, nowMs: number): void => {
    backlog.set({ queue }, count);
    backlogAge.set({ queue }, secondsBetween(oldestAtMs ?? nowMs, nowMs));
  };
  const plain = [
    [gauge('events_given_up', 'Events that the receiver did not take'), 'eventsGivenUp'],
    [gauge('accounts_paused', "Accounts that make no calls for Meta's limit"), 'accountsPaused'],
    [gauge('busiest_account_percent', 'Use of the limit, by Meta'), 'busiestAccountPct'],
    [gauge('calls_waiting', 'Numbers that wait for their turn to call'), 'callsWaiting'],
    [gauge('tokens_expiring', 'Tokens expired or expiring within a week'), 'tokensExpiring'],
  ] as const;
  return (figures, nowMs) => {
    for (const each of [numbers, waiting, left, attempts]) each.reset();
    left.zero({});
    for (const { waitingFor: waiting_for, count, ...group } of figures.numbers) {
      const { stage, cause = '', outcome = '' } = group;
      numbers.inc({ stage, waiting_for, cause, outcome }, count);
    }
    for (const [waiting_for, atMs] of oldestByWaiting(figures)) {
      waiting.set({ waiting_for }, secondsBetween(atMs, nowMs));
    }
    for (const atMs of figures.deadlinesAtMs) left.observe((atMs - nowMs) / SECOND_MS);
    for (const { state, count } of figures.attempts) attempts.set({ state }, count);
    showBacklog('signups', figures.signups, nowMs);
    showBacklog('webhooks', figures.hints, nowMs);
    showBacklog('events', figures.events, nowMs);
    for (const [each, name] of plain) each.set(figures[name]);
  };
}

function oldestByWaiting({ numbers }: FleetFigures): ReadonlyMap<string, number> {
  const oldest = new Map<string, number>();
  for (const { waitingFor, outcome, oldestAtMs } of numbers) {
    if (outcome !== undefined) continue;
    oldest.set(waitingFor, Math.min(oldestAtMs, oldest.get(waitingFor) ?? Infinity));
  }
  return oldest;
}

/** Never negative: another machine's clock may be ahead. */
function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs) / SECOND_MS;
}
