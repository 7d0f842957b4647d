import { isCounted, permitOf, type Permit, type UseFigure } from '../../src/domain/pacing.ts';
import type { MetaLimit } from './meta-limit.ts';

export interface Wish {
  readonly who: string;
  /** The lower, the sooner. */
  readonly urgencyMs: number;
  readonly calls: number;
}

/** One account's calls: what the store's pacing keeps in tables, in memory. The rule itself is the product's. */
export interface Pace {
  /** `go` has made the calls. */
  readonly permit: (wish: Wish, nowMs: number) => Permit;
  readonly noteRegistered: () => void;
}

/** As in the store: whoever was told to come back and has not by then no longer stands before others. */
const LATE_MS = 120_000;

interface Place extends Wish {
  readonly untilMs: number;
}

export function createPace(meta: MetaLimit): Pace {
  const line = new Map<string, Place>();
  let callsAtMs: number[] = [];
  let hasRegisteredNumber = false;
  let figure: UseFigure | undefined;
  return {
    noteRegistered: () => {
      hasRegisteredNumber = true;
    },
    permit: (wish, nowMs) => {
      callsAtMs = callsAtMs.filter((atMs) => isCounted(atMs, nowMs));
      const pace = { callsAtMs, hasRegisteredNumber, ...(figure && { figure }) };
      const ahead = callsAhead([...line.values()], wish, nowMs);
      const permit = permitOf(pace, { calls: wish.calls, ahead }, nowMs);
      if (permit.kind === 'wait') {
        line.set(wish.who, { ...wish, untilMs: permit.untilMs });
        return permit;
      }
      line.delete(wish.who);
      for (let call = 0; call < wish.calls; call += 1) {
        callsAtMs.push(nowMs);
        meta.ask(nowMs);
      }
      figure = { pct: meta.usePct(nowMs), ours: callsAtMs.length, atMs: nowMs };
      return permit;
    },
  };
}

function callsAhead(line: readonly Place[], { who, urgencyMs }: Wish, nowMs: number): number {
  return line
    .filter(({ untilMs }) => untilMs > nowMs - LATE_MS)
    .filter((place) =>
      place.urgencyMs === urgencyMs ? place.who < who : place.urgencyMs < urgencyMs,
    )
    .reduce((sum, { calls }) => sum + calls, 0);
}
