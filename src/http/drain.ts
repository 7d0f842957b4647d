import { setTimeout as wait } from 'node:timers/promises';
import { helpsWhoWaitsForPeople } from '../domain/account-events.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { HintRow } from '../store/hints.ts';
import type { NumberRow, Store } from '../store/store.ts';
import type { Log } from '../desk/log.ts';
import { startDeliveries, type EventDrainDeps } from './event-drain.ts';
import { takeEffect } from './hint-effects.ts';
import { merged } from './merged-hints.ts';
import { wakeAllPreverified, type PreverifiedDrainDeps } from './preverified-drain.ts';
import { TemporalUnavailable, type Onboardings } from './onboardings.ts';

const SECOND_MS = 1000;
/** Hints of one number within this time are one signal: a flood of webhooks must not fill its history. */
const MERGE_MS = 10 * SECOND_MS;
/** In a storm, hints are gathered for a while: a round for each would keep the edge from answering. */
const GATHER_MS = 250;
const STORM_HINTS = 20;
const LONGEST_PAUSE_MS = 30 * SECOND_MS;
const SIGNUPS_AT_ONCE = 50;
const HINTS_AT_ONCE = 500;
/** Signals on their way at a time: enough for an account of hundreds of numbers within a second. */
const SIGNALS_AT_ONCE = 20;
/** Meta repeats a webhook for up to 7 days; we know a repeat for one more. */
const INBOX_MS = 8 * 24 * 3600 * SECOND_MS;
const SWEEP_MS = 3600 * SECOND_MS;

export interface DrainDeps {
  readonly store: Pick<Store, 'signups' | 'numbers' | 'inbox' | 'credentials' | 'orders'>;
  readonly onboardings: Pick<Onboardings, 'start' | 'hint'>;
  /** Absent: the partner is told nothing. */
  readonly events?: Omit<EventDrainDeps, 'log'>;
  /** Absent: there are no pre-verified numbers. */
  readonly pool?: PreverifiedDrainDeps;
  /** Told how long after its receipt a webhook has woken its numbers. */
  readonly onSignalled?: (lagMs: number) => void;
  readonly nowMs: () => number;
  readonly log: Log;
}

export interface Drain {
  /** Something new is in the store: look at once. */
  wake(): void;
  /** Ends after the work in hand. */
  stop(): Promise<void>;
}

/** Carries what was promised to callers over to Temporal, for as long as it takes. Several processes may drain at once. */
export function startDrain(deps: DrainDeps): Drain {
  const memory: Memory = { signalledAtMs: new Map(), sweptAtMs: 0, hintsSeen: 0 };
  const stopping = new AbortController();
  let waking = new AbortController();
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      waking = new AbortController();
      failures = (await isDrained(deps, memory)) ? 0 : failures + 1;
      if (memory.hintsSeen >= STORM_HINTS) await wait(GATHER_MS);
      const pauseMs = Math.min(SECOND_MS * 2 ** failures, LONGEST_PAUSE_MS);
      // While Temporal is down nothing wakes us: each new webhook would be one more call to wait for.
      const wakers = failures === 0 ? [stopping.signal, waking.signal] : [stopping.signal];
      await wait(pauseMs, undefined, { signal: AbortSignal.any(wakers) }).catch(() => undefined);
    }
  };
  const ended = run();
  return {
    wake: () => {
      waking.abort();
    },
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

interface Memory {
  readonly signalledAtMs: Map<PhoneNumberId, number>;
  sweptAtMs: number;
  /** In the last round. */
  hintsSeen: number;
}

/** One round. False: something failed and is tried again after a pause. */
async function isDrained(deps: DrainDeps, memory: Memory): Promise<boolean> {
  try {
    const started = await startSignups(deps);
    const delivered = await deliverHints(deps, memory);
    const { events, log, pool } = deps;
    if (pool !== undefined) await wakeAllPreverified(pool);
    const told = events === undefined || (await startDeliveries({ ...events, log }));
    await sweep(deps, memory);
    return started && delivered && told;
  } catch (error) {
    deps.log.warn({ err: error }, 'outbox: waits, and tries again');
    return false;
  }
}

async function startSignups(deps: DrainDeps): Promise<boolean> {
  const { store, onboardings } = deps;
  let isClean = true;
  for (const signup of await store.signups.pending(SIGNUPS_AT_ONCE)) {
    const { phoneNumberId } = signup;
    const isStarted = await isDone(deps, { phoneNumberId }, async () => {
      const number = await store.numbers.byId(phoneNumberId);
      const isFollowed = number?.task !== undefined && number.outcome === undefined;
      // Its customer has only renewed our access: what follows it goes on with that.
      if (!isFollowed) await onboardings.start(signup);
      await store.signups.markStarted(signup.id);
    });
    isClean = isClean && isStarted;
  }
  return isClean;
}

async function deliverHints(deps: DrainDeps, memory: Memory): Promise<boolean> {
  const { store, nowMs } = deps;
  const pending = await store.inbox.pending(HINTS_AT_ONCE);
  memory.hintsSeen = pending.length;
  const ready = await withEffects(deps, pending);
  const hints = await Promise.all(
    merged(ready).map(async (hint) => ({ ...hint, targets: await targetsOf(hint, store) })),
  );
  const lastMs = (id: PhoneNumberId): number => memory.signalledAtMs.get(id) ?? 0;
  const untold = hints.flatMap(({ targets, receivedAtMs }) =>
    targets.filter((id) => lastMs(id) <= receivedAtMs),
  );
  const due = [...new Set(untold)].filter((id) => nowMs() - lastMs(id) >= MERGE_MS);
  const told = await signalAll(deps, memory, due);
  const done = hints.filter(({ targets, receivedAtMs }) =>
    targets.every((id) => told.has(id) || lastMs(id) > receivedAtMs),
  );
  // What the last hint at a number stands for need not wait with it, or a flood at one number would hold up all others.
  const covered = hints.flatMap((hint) => hint.covered);
  await store.inbox.markDelivered([...covered, ...done.map(({ digest }) => digest)]);
  for (const { targets, sinceMs } of done) {
    if (targets.length > 0) deps.onSignalled?.(nowMs() - sinceMs);
  }
  return told.size === due.length && ready.length === pending.length;
}

/** A PIN that cannot be opened now keeps its own hint waiting, and no other. */
async function withEffects(
  deps: DrainDeps,
  hints: readonly HintRow[],
): Promise<readonly HintRow[]> {
  const ready: HintRow[] = [];
  for (const hint of hints) {
    const { digest } = hint;
    if (await isDone(deps, { digest }, () => takeEffect(hint, deps))) ready.push(hint);
  }
  return ready;
}

/**
 * The running onboardings a hint is about. None for a number we do not know: should it sign up later, its onboarding begins with
 * a read and needs no hint.
 */
async function targetsOf(
  { field, event = '', wabaId, digits }: HintRow,
  { numbers }: Pick<Store, 'numbers'>,
): Promise<readonly PhoneNumberId[]> {
  const one = digits === undefined ? undefined : await numbers.byDigits(wabaId, digits);
  const rows = digits === undefined ? await numbers.ofAccount(wabaId) : [one];
  const mayMatter = helpsWhoWaitsForPeople(field, event) ? isPersonsMove : (): boolean => true;
  return rows
    .filter((row) => row !== undefined)
    .filter((row) => row.outcome === undefined && mayMatter(row))
    .map(({ phoneNumberId }) => phoneNumberId);
}

function isPersonsMove({ waitingFor }: NumberRow): boolean {
  return waitingFor === 'operator' || waitingFor === 'customer';
}

/** Answers with those that were told. */
async function signalAll(
  deps: DrainDeps,
  { signalledAtMs }: Memory,
  ids: readonly PhoneNumberId[],
): Promise<ReadonlySet<PhoneNumberId>> {
  const told = new Set<PhoneNumberId>();
  const signal = async (id: PhoneNumberId): Promise<void> => {
    const sentAtMs = deps.nowMs();
    // Not found is told too: whatever runs next begins with a read.
    await deps.onboardings.hint(id);
    signalledAtMs.set(id, sentAtMs);
    told.add(id);
  };
  for (let start = 0; start < ids.length; start += SIGNALS_AT_ONCE) {
    const some = ids.slice(start, start + SIGNALS_AT_ONCE);
    await Promise.all(some.map((id) => isDone(deps, { phoneNumberId: id }, () => signal(id))));
  }
  return told;
}

/** A failure of one number holds up no other; Temporal's silence ends the round. */
async function isDone(
  { log }: DrainDeps,
  about: { readonly phoneNumberId: PhoneNumberId } | { readonly digest: string },
  act: () => Promise<void>,
): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof TemporalUnavailable) throw error;
    log.error({ err: error, ...about }, 'outbox: not delivered');
    return false;
  }
}

async function sweep({ store, nowMs }: DrainDeps, memory: Memory): Promise<void> {
  if (nowMs() - memory.sweptAtMs < SWEEP_MS) return;
  memory.sweptAtMs = nowMs();
  for (const [id, atMs] of memory.signalledAtMs) {
    if (nowMs() - atMs > SWEEP_MS) memory.signalledAtMs.delete(id);
  }
  await store.inbox.forget(nowMs() - INBOX_MS);
  await store.orders.forgetOld();
}
