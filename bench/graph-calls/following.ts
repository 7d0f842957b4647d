import { isWorthAHint, nextOfWatch } from '../../src/domain/account-watch.ts';
import { nextReadAfterMs, untilReadMs, type Sought } from '../../src/domain/goals.ts';
import { registrationOf, type NumberFacts } from '../../src/domain/number-facts.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import type { Account, Fate } from './accounts.ts';
import type { Tally } from './figures.ts';
import { createMetaLimit, type MetaLimit } from './meta-limit.ts';
import { createPace, type Pace } from './pace.ts';
import { createTimeline, type Timeline } from './timeline.ts';

const START_AT_MS = Date.UTC(2026, 0, 1);
/** From the read that finds a number unregistered to Meta's answer to the register request, which has a limit of its own. */
const REGISTER_MS = 1000;

const LEAST_URGENT = Number.MAX_SAFE_INTEGER;

/** One onboarding, as far as reads are concerned. */
interface Follower {
  readonly who: string;
  readonly fate: Fate;
  registeredAtMs?: number;
  /** What it waits for, once it does. */
  sought?: Sought;
  isDone: boolean;
  /** The last read of the number that was kept, whoever made it. */
  seen?: NumberFacts;
  /** Grows with each hint: what was planned before is overtaken. */
  turn: number;
}

interface Scene {
  readonly timeline: Timeline;
  readonly meta: MetaLimit;
  readonly pace: Pace;
  readonly numbers: readonly Follower[];
  /** The share of webhooks that are lost. */
  readonly loss: number;
  readonly lateMs: number[];
  calls: number;
  readAtMs?: number;
}

/**
 * All numbers of an account, from their start together until each knows what Meta decided about its name. When to read, and
 * whether a read may be made, is asked of the product's own rules; here is only what their callers do: the activities, the
 * workflows, the store.
 */
export function followAccount(account: Account, loss: number): Tally {
  const meta = createMetaLimit();
  const scene: Scene = {
    timeline: createTimeline(START_AT_MS),
    meta,
    pace: createPace(meta),
    numbers: account.map((fate, n) => ({
      ...{ who: n.toString().padStart(4, '0'), fate },
      ...{ isDone: false, turn: 0 },
    })),
    loss,
    lateMs: [],
    calls: 0,
  };
  const { timeline, pace, numbers } = scene;
  // The app's subscription: one look, one write.
  pace.permit({ who: 'subscription', urgencyMs: 0, calls: 2 }, timeline.nowMs());
  for (const number of numbers)
    timeline.at(START_AT_MS, () => {
      look(scene, number);
    });
  timeline.at(START_AT_MS, () => {
    wakeWatch(scene);
  });
  timeline.run();
  const { calls, lateMs } = scene;
  return { calls, lateMs, peakUse: meta.peakUse(), limitErrors: meta.errors() };
}

/** The set-up: a read, the register request, and the read that proves it. Those calls come before all others. */
function look(scene: Scene, number: Follower): void {
  const { timeline, meta } = scene;
  const permit = scene.pace.permit({ who: number.who, urgencyMs: 1, calls: 1 }, timeline.nowMs());
  if (permit.kind === 'wait') {
    timeline.at(permit.untilMs, () => {
      look(scene, number);
    });
    return;
  }
  keep(scene, number, factsOf(number, timeline.nowMs()));
  if (number.registeredAtMs !== undefined) {
    followName(scene, number);
    return;
  }
  timeline.at(timeline.nowMs() + REGISTER_MS, () => {
    number.registeredAtMs = timeline.nowMs();
    meta.raise();
    planWebhook(scene, number);
    look(scene, number);
  });
}

function planWebhook(scene: Scene, number: Follower): void {
  const { reviewMs, webhookMs, luck } = number.fate;
  if (luck < scene.loss) return;
  const { timeline } = scene;
  timeline.at(timeline.nowMs() + reviewMs + webhookMs, () => {
    hint(scene, number);
  });
}

/** The wait for the name, as the workflow begins it. */
function followName(scene: Scene, number: Follower): void {
  const nowMs = scene.timeline.nowMs();
  const timing = DEFAULT_TIMING;
  const sought = { goal: 'name-decided', pace: 'poll', sinceMs: nowMs, timing } as const;
  number.sought = { ...sought, notBeforeMs: nowMs + timing.pollMs };
  observe(scene, number, 1);
}

/** A running read is cancelled, and a new one comes now. Nobody but a waiting number listens. */
function hint(scene: Scene, number: Follower): void {
  if (number.isDone || number.sought === undefined) return;
  number.sought = { ...number.sought, notBeforeMs: 0 };
  number.turn += 1;
  observe(scene, number, 1);
}

/** One attempt of the number's own read. */
function observe(scene: Scene, number: Follower, attempt: number): void {
  const { timeline, pace } = scene;
  const { sought, seen, turn, who } = number;
  if (sought === undefined) return;
  const nowMs = timeline.nowMs();
  const againIn = (delayMs: number): void => {
    timeline.at(nowMs + delayMs, () => {
      if (number.turn === turn) observe(scene, number, attempt + 1);
    });
  };
  const earlyMs = untilReadMs(sought, { attempt, seen }, nowMs);
  if (earlyMs > 0) {
    againIn(earlyMs);
    return;
  }
  const permit = pace.permit({ who, urgencyMs: LEAST_URGENT, calls: 1 }, nowMs);
  if (permit.kind === 'wait') {
    againIn(permit.untilMs - nowMs);
    return;
  }
  scene.calls += 1;
  const facts = factsOf(number, nowMs);
  keep(scene, number, facts);
  const delayMs = nextReadAfterMs(sought, facts);
  if (delayMs === undefined) end(scene, number);
  else againIn(delayMs);
}

function end(scene: Scene, number: Follower): void {
  number.isDone = true;
  scene.lateMs.push(scene.timeline.nowMs() - decidedAtMs(number));
}

/** One attempt of the watch's read. Ends with the last number; for the product it would then be one a day. */
function wakeWatch(scene: Scene): void {
  const { timeline, pace, numbers } = scene;
  const nowMs = timeline.nowMs();
  const waiting = numbers.filter(({ isDone }) => !isDone);
  if (waiting.length === 0) return;
  const againIn = (delayMs: number): void => {
    timeline.at(nowMs + delayMs, () => {
      wakeWatch(scene);
    });
  };
  const seen = {
    waiting: waiting.map(({ sought, seen: facts }) => ({
      sinceMs: sought?.sinceMs ?? START_AT_MS,
      facts,
    })),
    known: numbers.length,
    readAtMs: scene.readAtMs,
  };
  const move = nextOfWatch(seen, nowMs);
  if (move.kind === 'sleep') {
    againIn(move.forMs);
    return;
  }
  const { read, thenSleepMs } = move;
  const wish = { who: 'watch', urgencyMs: LEAST_URGENT, calls: read.calls };
  const permit = pace.permit(wish, nowMs);
  if (permit.kind === 'wait') {
    againIn(permit.untilMs - nowMs);
    return;
  }
  scene.calls += read.calls;
  if (read.kind === 'list') scene.readAtMs = nowMs;
  for (const number of waiting) {
    const facts = factsOf(number, nowMs);
    const isChanged = isWorthAHint(number.seen, facts);
    keep(scene, number, facts);
    if (isChanged) hint(scene, number);
  }
  againIn(thenSleepMs);
}

function keep({ pace }: Scene, number: Follower, facts: NumberFacts): void {
  number.seen = facts;
  if (registrationOf(facts) === 'registered') pace.noteRegistered();
}

function decidedAtMs({ registeredAtMs = Infinity, fate }: Follower): number {
  return registeredAtMs + fate.reviewMs;
}

/** What Meta shows of the number. */
function factsOf(number: Follower, nowMs: number): NumberFacts {
  const isRegistered = number.registeredAtMs !== undefined;
  return {
    readAtMs: nowMs,
    codeVerificationStatus: 'VERIFIED',
    status: isRegistered ? 'CONNECTED' : 'PENDING',
    platformType: isRegistered ? 'CLOUD_API' : 'NOT_APPLICABLE',
    nameStatus: nowMs < decidedAtMs(number) ? 'PENDING_REVIEW' : 'APPROVED',
    isOnBizApp: false,
    isPreverified: false,
  };
}
