import { expect } from 'vitest';
import { queryNames } from '../../src/contract/onboarding.ts';
import type { RealEngine } from '../support/real-engine.ts';
import { acceptSignup } from '../support/signup.ts';
import { HOUR_MS } from '../support/spans.ts';
import { judge, keepHistory, type Life } from './judge.ts';
import { startRun } from './lives.ts';
import { untilStands, type Standing } from './waits.ts';

/** A number that stands where it is to. */
export interface Standee {
  readonly standing: Standing;
  readonly life: Life;
}

/** One after the other begins; then all come to where they are to stand. */
export async function standEverywhere(
  engine: RealEngine,
  taskQueue: string,
  standings: readonly Standing[],
): Promise<readonly Standee[]> {
  const standees: Standee[] = [];
  for (const standing of standings) {
    standees.push({ standing, life: await begin(engine, taskQueue, standing) });
  }
  for (const { standing, life } of standees) {
    if (standing.then === undefined) continue;
    await untilStands(engine, life, standing.then.from);
    await standing.then.act(engine, life);
  }
  for (const { standing, life } of standees) await untilStands(engine, life, standing.shown);
  return standees;
}

async function begin(engine: RealEngine, taskQueue: string, standing: Standing): Promise<Life> {
  const accepted = await acceptSignup(engine, standing.order, Date.now());
  const input = { ...accepted, ...(await standing.before?.(engine, accepted)) };
  // No poll moves it.
  const timing = { pollMs: 6 * HOUR_MS, ...standing.timing };
  return await startRun(engine, taskQueue, { input, timing });
}

/** Asks each how it is. The one worker has nothing of them in its cache, so it replays each history to answer. */
export async function takeUp(standees: readonly Standee[]): Promise<void> {
  for (const { standing, life } of standees) {
    expect(await life.handle.query(queryNames.progress)).toMatchObject({
      stage: standing.shown.stage,
      waiting: { for: standing.shown.waitingFor },
    });
  }
}

/** Moves each on, and judges its end. */
export async function letGo(engine: RealEngine, standees: readonly Standee[]): Promise<void> {
  for (const { standing, life } of standees) await standing.release(engine, life);
  for (const standee of standees) await expectEnd(engine, standee);
}

async function expectEnd(engine: RealEngine, { standing, life }: Standee): Promise<void> {
  if (standing.end === undefined) {
    await judge(engine, life, standing.refusals);
    return;
  }
  await life.handle.result().catch(() => undefined);
  const { phoneNumberId } = life.input;
  const row = await engine.store.numbers.byId(phoneNumberId);
  expect(row).toMatchObject({ stage: 'done', outcome: standing.end });
  const posts = await engine.meta.registersOf(phoneNumberId);
  expect(posts.filter(({ effectApplied }) => effectApplied)).toEqual([]);
  await keepHistory(life);
}

/** The changes that the run has marked in its history, in order. */
export async function marksIn(life: Life): Promise<readonly string[]> {
  const payloads = (await historyOf(life)).flatMap(
    ({ markerRecordedEventAttributes: marker }) => marker?.details?.['patch-data']?.payloads ?? [],
  );
  const texts = payloads.map(({ data }) => Buffer.from(data ?? []).toString());
  return texts.flatMap((text) => /"id":"([^"]+)"/.exec(text)?.[1] ?? []);
}

export async function isStuck(life: Life): Promise<boolean> {
  return (await historyOf(life)).some(({ workflowTaskFailedEventAttributes: failed }) =>
    failed?.failure?.message?.includes('TMPRL1100'),
  );
}

async function historyOf({ handle }: Life) {
  return (await handle.fetchHistory()).events ?? [];
}
