import { request } from 'undici';
import { z } from 'zod';
import { signalNames, type OnboardingInput } from '../../src/contract/onboarding.ts';
import type { Handle, World } from '../../test/support/world.ts';
import { inWorld } from '../in-world.ts';
import type { Account, Fate } from './accounts.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

interface Played {
  readonly input: OnboardingInput;
  readonly fate: Fate;
  readonly decidedAtMs: number;
}

/**
 * One account through the real workflows, worker and store, against fake-graph over HTTP. Answers with the calls its numbers
 * made, counted as the simulation counts them, but from Meta's ledger.
 */
export async function playAccount(account: Account, loss: number): Promise<number> {
  return await inWorld(async (world) => {
    const played = await signUpAll(world, account);
    await world.play(async () => {
      const handles = new Map<string, Handle>();
      for (const { input } of played) {
        handles.set(input.phoneNumberId, await world.start(input));
      }
      if (played[0]) await world.watch(played[0].input.wabaId);
      const heard = played.filter(({ fate }) => fate.luck >= loss);
      await deliverWebhooks(world, heard, handles);
      await untilEnded(world, played);
    });
    return await callsOf(world, played);
  });
}

async function signUpAll(world: World, account: Account): Promise<Played[]> {
  const played: Played[] = [];
  for (const fate of account) {
    // Meta's clock has a grain of a second here.
    const reviewMs = wholeSeconds(fate.reviewMs);
    const review = { decision: 'APPROVED', after_ms: reviewMs };
    const waba = played[0]?.input.wabaId;
    const number = { name_status: 'PENDING_REVIEW', review };
    const input = await world.signUp({ number, ...(waba !== undefined && { waba }) });
    played.push({ input, fate, decidedAtMs: input.signedUpAtMs + reviewMs });
  }
  return played;
}

/** What the HTTP edge does with a webhook of Meta: it hints at the number. */
async function deliverWebhooks(
  world: World,
  numbers: readonly Played[],
  handles: ReadonlyMap<string, Handle>,
): Promise<void> {
  const webhooks = numbers
    .map(({ input, fate, decidedAtMs }) => ({
      ...{ input, atMs: decidedAtMs + wholeSeconds(fate.webhookMs) },
    }))
    .sort((a, b) => a.atMs - b.atMs);
  for (const { input, atMs } of webhooks) {
    if (atMs > world.nowMs()) await world.sleep(atMs - world.nowMs());
    await handles.get(input.phoneNumberId)?.signal(signalNames.numberChanged);
  }
}

/** Lost webhooks are made up for by the watch or the number's own poll. Asks the store, so that no two results are awaited. */
async function untilEnded(world: World, account: readonly Played[]): Promise<void> {
  while ((await endsOf(world, account)).includes(undefined)) await world.sleep(HOUR_MS);
}

/** When each number ended; undefined for one that waits. */
async function endsOf(
  { store }: World,
  account: readonly Played[],
): Promise<readonly (number | undefined)[]> {
  const ends: (number | undefined)[] = [];
  for (const { input } of account) {
    const row = await store.numbers.byId(input.phoneNumberId);
    ends.push(row?.outcome === undefined ? undefined : row.updatedAtMs);
  }
  return ends;
}

const ledgerSchema = z.object({
  requests: z.array(
    z.object({
      at_ms: z.number(),
      method: z.string(),
      path: z.string(),
      number: z.string().optional(),
    }),
  ),
});

type Row = z.output<typeof ledgerSchema>['requests'][number];

/**
 * Reads while waiting: the pages of the account's list until its last number has ended, and the reads of each number after the
 * one that proved its registration. Left out, as in the simulation: what the signup reads, and the two reads of the set-up.
 */
async function callsOf(world: World, account: readonly Played[]): Promise<number> {
  const wabaId = account[0]?.input.wabaId ?? '';
  const { body } = await request(`${world.meta.url}/_fake/ledger?waba=${wabaId}`);
  const { requests } = ledgerSchema.parse(await body.json());
  const ends = (await endsOf(world, account)).map((atMs) => atMs ?? 0);
  const pages = requests.filter(({ method, path, at_ms: atMs }) => {
    const isPage = method === 'GET' && path.endsWith(`/${wabaId}/phone_numbers`);
    return isPage && atMs <= Math.max(...ends);
  });
  const reads = account.map(({ input }) => {
    const ofNumber = requests.filter(({ number }) => number === input.phoneNumberId);
    return Math.max(readsAfterRegister(ofNumber) - 1, 0);
  });
  return reads.reduce((sum, count) => sum + count, pages.length);
}

function readsAfterRegister(rows: readonly Row[]): number {
  const registered = rows.findIndex(({ path }) => path.endsWith('/register'));
  return rows.slice(registered).filter(({ method }) => method === 'GET').length;
}

function wholeSeconds(ms: number): number {
  return Math.ceil(ms / SECOND_MS) * SECOND_MS;
}
