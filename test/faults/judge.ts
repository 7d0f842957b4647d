import { createHash } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { expect, inject } from 'vitest';
import type { OnboardingInput, OnboardingResult } from '../../src/contract/onboarding.ts';
import type { LedgerEntry } from '../support/fake-meta.ts';
import type { RealEngine } from '../support/real-engine.ts';

const WINDOW_MS = 72 * 3_600_000;
const MOST_IN_WINDOW = 8;
const histories: string[] = [];
const ENDS: readonly string[] = ['ready', 'signup-expired', 'abandoned'];

export type OnboardingHandle = WorkflowHandle<
  (input: OnboardingInput) => Promise<OnboardingResult>
>;

/** An accepted signup and the run that took it on. */
export interface Life {
  readonly input: OnboardingInput;
  readonly handle: OnboardingHandle;
}

/**
 * What the emulator saw of one number that should have been registered once, after as many requests as it was to refuse; empty when
 * all is well.
 */
export function breachesIn(calls: readonly LedgerEntry[], refusals = 0): readonly string[] {
  const posts = calls.filter(isRegister);
  const lost = posts.filter(({ answerDelivered }) => !answerDelivered).length;
  const effective = posts.filter(({ effectApplied }) => effectApplied).length;
  const pins = new Set(posts.map(({ pinSha256 }) => pinSha256)).size;
  const rules: readonly (readonly [boolean, string])[] = [
    [effective === 1, `${effective} effective registrations`],
    [posts.length <= 1 + lost + refusals, `${posts.length} requests, ${lost} answers lost`],
    [mostInWindow(posts) <= MOST_IN_WINDOW, `${mostInWindow(posts)} requests in 72 hours`],
    [posts.every(({ concurrent }) => concurrent === 1), 'two requests at a time'],
    [!hasBlindRequest(calls), 'a request after a request without a read between'],
    [pins <= 1, `${pins} PINs`],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, breach]) => breach);
}

function mostInWindow(posts: readonly LedgerEntry[]): number {
  const within = ({ at_ms: fromMs }: LedgerEntry): number =>
    posts.filter(({ at_ms: atMs }) => atMs >= fromMs && atMs < fromMs + WINDOW_MS).length;
  return Math.max(0, ...posts.map(within));
}

function isRegister({ path }: LedgerEntry): boolean {
  return path.endsWith('/register');
}

function hasBlindRequest(calls: readonly LedgerEntry[]): boolean {
  const story = calls.map((call) => (isRegister(call) ? 'POST' : 'GET')).join(' ');
  return story.includes('POST POST');
}

/**
 * Waits for the end of a life and judges it: I2 and I3 by the emulator's ledger, I1 by what the run, the fleet's row and the
 * number's history say, I5 by the certificate at Meta. Keeps the history for `replayLives`.
 */
export async function judge(engine: RealEngine, life: Life, refusals = 0): Promise<void> {
  const { phoneNumberId } = life.input;
  const result = await life.handle.result();
  const calls = await engine.meta.ledgerOf(phoneNumberId);
  expect(breachesIn(calls, refusals), phoneNumberId).toEqual([]);

  const row = await engine.store.numbers.byId(phoneNumberId);
  expect(row).toMatchObject({ stage: 'done', outcome: result.outcome });
  const events = await engine.store.numbers.eventsOf(phoneNumberId);
  expect(events.filter(({ kind }) => ENDS.includes(kind))).toMatchObject([{ kind: 'ready' }]);
  const shown = await certificateAtMeta(engine, life.input);
  expect(result).toEqual({ outcome: 'ready', certificateSha256: sha256Of(shown) });
  const kept = await engine.store.credentials.certificateOf(phoneNumberId);
  expect(sha256Of(kept?.reveal())).toBe(result.certificateSha256);
  await keepHistory(life);
}

/** For `replayLives`, of a life that is judged elsewhere. */
export async function keepHistory({ handle }: Life): Promise<void> {
  histories.push(historyToJSON(await handle.fetchHistory()));
}

async function certificateAtMeta(
  { graph, store }: RealEngine,
  { phoneNumberId, wabaId }: OnboardingInput,
): Promise<string | undefined> {
  const token = await store.credentials.tokenOf(wabaId);
  if (token === undefined) throw new Error('no token is kept');
  const { certificate } = await graph.readPhoneNumber({ phoneNumberId, token });
  return certificate?.reveal();
}

function sha256Of(text = ''): string {
  return createHash('sha256').update(text).digest('hex');
}

/** I8, for the last test of a file: every life that was judged in it is replayed. */
export async function replayLives(): Promise<void> {
  await replayLivesOn(inject('workflowBundlePath'));
}

/** The same on another build than ours. */
export async function replayLivesOn(codePath: string): Promise<void> {
  expect(histories).not.toHaveLength(0);
  const lives = histories.map((history, n) => ({
    workflowId: n.toString(),
    history: parsed(history),
  }));
  const replays = Worker.runReplayHistories({ workflowBundle: { codePath } }, lives);
  for await (const { error } of replays) expect(error).toBeUndefined();
}

function parsed(json: string): unknown {
  return JSON.parse(json);
}
