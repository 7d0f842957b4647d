import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { provisionalDeadlineOf } from '../../src/domain/deadline.ts';
import { isPhoneNumberId, isWabaId, type WabaId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createGraphClient } from '../../src/graph/client.ts';
import { APP_ID, APP_SECRET } from './fake-meta.ts';
import { HOUR_MS, MINUTE_MS } from './spans.ts';
import type { World } from './world.ts';

/** Many numbers of one account, signed up at different times and started at once. */
export interface Crowd {
  readonly wabaId: WabaId;
  readonly token: Secret;
  /** In the order they start, which is not that of their deadlines. */
  readonly members: readonly OnboardingInput[];
}

const ledgerSchema = z.object({
  requests: z.array(
    z.object({
      at_ms: z.number(),
      method: z.string(),
      path: z.string(),
      number: z.string().optional(),
      code: z.number().optional(),
      counted: z.number().optional(),
      effectApplied: z.boolean(),
    }),
  ),
});

type AccountCall = z.output<typeof ledgerSchema>['requests'][number];

const wabaSchema = z.object({ waba_id: z.string().refine(isWabaId) });

/** What Meta's side saw of a crowd. */
export interface CrowdReport {
  /** Numbers that Meta shows as CONNECTED. */
  readonly registered: number;
  readonly refusals: readonly number[];
  /** Calls that counted against the account's limit, in each hour since the first. All hours but the last had a backlog. */
  readonly hourly: readonly number[];
  /** The most calls that counted in any rolling hour. */
  readonly peak: number;
  /** Of two reads that waited, how often the farther deadline came first: 0.5 if at random. */
  readonly outOfTurn: number;
  /** How far from its deadline the number was that was registered with the least time left. */
  readonly leastLeftMs: number;
}

/** Shares no factor with any size used: every rank comes once, far from its neighbours. */
const STRIDE = 7919;

/** An account whose limit stays at `callLimit` an hour, with `size` names approved and ownerships proved. */
export async function signUpCrowd(
  world: World,
  { size, callLimit }: { readonly size: number; readonly callLimit: number },
): Promise<Crowd> {
  const { meta, store } = world;
  const { waba_id: wabaId } = wabaSchema.parse(
    await meta.post('/wabas', { call_limit: callLimit }),
  );
  const graph = clientOf(world);
  const members: OnboardingInput[] = [];
  let token: Secret | undefined;
  for (let n = 0; n < size; n += 1) {
    const signedUpAtMs = world.nowMs() - ((n * STRIDE) % size) * 10 * MINUTE_MS;
    const number = { name_status: 'APPROVED', last_onboarded_time: signedUpAtMs };
    const signup = await meta.signUp({ waba: wabaId, number });
    const phoneNumberId = signup.phone_number_id;
    if (!isPhoneNumberId(phoneNumberId)) throw new Error('not an id');
    token ??= await graph.exchangeCode({ code: new Secret(signup.code) });
    await store.signups.accept({
      ...{ idempotencyKey: phoneNumberId, bodyHash: phoneNumberId, phoneNumberId, wabaId, token },
      displayPhoneNumber: `+1 631 555 ${n.toString().padStart(4, '0')}`,
      deadlineAtMs: provisionalDeadlineOf(signedUpAtMs),
    });
    members.push({
      ...{ phoneNumberId, wabaId, signedUpAtMs },
      ...{ platform: 'cloud', source: 'embedded-signup' },
    });
  }
  await graph.close();
  if (token === undefined) throw new Error('a crowd of nobody');
  return { wabaId, token, members };
}

function clientOf({ meta }: World): ReturnType<typeof createGraphClient> {
  return createGraphClient({
    ...{ baseUrl: meta.url, version: 'v25.0', appId: APP_ID, timeoutMs: 2000 },
    appSecret: new Secret(APP_SECRET),
  });
}

/** Starts all numbers at once, and the account's watch, and goes on until all are done. */
export async function playCrowd(
  world: World,
  crowd: Crowd,
  mostHours: number,
): Promise<CrowdReport> {
  const { wabaId, members } = crowd;
  return await world.play(async () => {
    await Promise.all(members.map((input) => world.start(input)));
    await world.watch(wabaId);
    const over = new AbortController();
    const slept = world.sleep(mostHours * HOUR_MS, over.signal).catch(() => undefined);
    await Promise.race([slept, untilDone(world, wabaId)]);
    over.abort();
    await slept;
    return await reportOf(world, crowd);
  });
}

async function reportOf(world: World, crowd: Crowd): Promise<CrowdReport> {
  const calls = await callsOf(world, crowd.wabaId);
  return {
    refusals: calls.flatMap(({ code }) => code ?? []),
    hourly: hourlyOf(calls),
    peak: peakOf(calls),
    outOfTurn: outOfTurnIn(calls, crowd),
    leastLeftMs: Math.min(...calls.flatMap((call) => leftAtRegistering(call, crowd))),
    // These calls count too, so they come last. There is room: a tenth of the limit is kept free.
    registered: (await statusesOf(world, crowd)).filter((status) => status === 'CONNECTED').length,
  };
}

/** Asks the store: once many have ended, the time-skipping server may never end a sleep. */
async function untilDone({ store }: World, wabaId: WabaId): Promise<void> {
  for (;;) {
    const numbers = await store.numbers.ofAccount(wabaId);
    if (numbers.every(({ outcome }) => outcome !== undefined)) return;
    await wait(100);
  }
}

/** Every request about the account and its numbers, oldest first. */
export async function callsOf({ meta }: World, wabaId: WabaId): Promise<readonly AccountCall[]> {
  const { body } = await request(`${meta.url}/_fake/ledger?waba=${wabaId}`);
  return ledgerSchema.parse(await body.json()).requests;
}

async function statusesOf(world: World, crowd: Crowd): Promise<readonly unknown[]> {
  const graph = clientOf(world);
  const statuses: unknown[] = [];
  for await (const { status } of graph.listPhoneNumbers(crowd)) statuses.push(status);
  await graph.close();
  return statuses;
}

function deadlineOf(number: string | undefined, { members }: Crowd): number {
  const member = members.find(({ phoneNumberId }) => phoneNumberId === number);
  return member === undefined ? Infinity : provisionalDeadlineOf(member.signedUpAtMs);
}

const isRegister = ({ path, effectApplied }: AccountCall): boolean =>
  effectApplied && path.endsWith('/register');

function leftAtRegistering(call: AccountCall, crowd: Crowd): readonly number[] {
  return isRegister(call) ? [deadlineOf(call.number, crowd) - call.at_ms] : [];
}

const countedIn = (calls: readonly AccountCall[]): readonly number[] =>
  calls.flatMap(({ at_ms: atMs, counted = 0 }) => Array.from({ length: counted }, () => atMs));

function peakOf(calls: readonly AccountCall[]): number {
  const countedAtMs = countedIn(calls);
  const inHourBefore = (endMs: number): number =>
    countedAtMs.filter((atMs) => atMs <= endMs && endMs - atMs < HOUR_MS).length;
  return Math.max(...countedAtMs.map(inHourBefore));
}

function hourOf({ at_ms: atMs }: AccountCall, calls: readonly AccountCall[]): number {
  const [beginMs = atMs] = countedIn(calls);
  return Math.floor((atMs - beginMs) / HOUR_MS);
}

function hourlyOf(calls: readonly AccountCall[]): readonly number[] {
  const hours: number[] = [];
  for (const call of calls) {
    const hour = Math.max(hourOf(call, calls), 0);
    hours[hour] = (hours[hour] ?? 0) + (call.counted ?? 0);
  }
  return hours;
}

interface Read {
  /** The hour in which the number's last call was made: since then it wants this one. */
  readonly wantedIn: number;
  readonly hour: number;
  readonly deadlineAtMs: number;
}

function readsIn(calls: readonly AccountCall[], crowd: Crowd): readonly Read[] {
  const lastIn = new Map<string, number>();
  return calls.flatMap((call) => {
    const { number, method } = call;
    if (number === undefined) return [];
    const hour = hourOf(call, calls);
    const wantedIn = lastIn.get(number) ?? -1;
    lastIn.set(number, hour);
    return method === 'GET' ? [{ wantedIn, hour, deadlineAtMs: deadlineOf(number, crowd) }] : [];
  });
}

/**
 * Places become free in bursts, an hour apart, and go to the nearest deadlines among those that wait. Compared are two reads
 * of different hours which were both wanted before the earlier one. In the first hour nobody has to wait.
 */
function outOfTurnIn(calls: readonly AccountCall[], crowd: Crowd): number {
  const reads = readsIn(calls, crowd);
  let pairs = 0;
  let wrong = 0;
  for (const { hour, deadlineAtMs } of reads.filter((read) => read.hour >= 1)) {
    const later = reads.filter((read) => read.wantedIn < hour && hour < read.hour);
    pairs += later.length;
    wrong += later.filter((read) => read.deadlineAtMs < deadlineAtMs).length;
  }
  return wrong / Math.max(pairs, 1);
}
