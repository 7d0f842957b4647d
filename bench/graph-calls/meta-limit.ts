const HOUR_MS = 3_600_000;

/** Management calls an hour, per app and account. Source: Meta, "Rate limits" of the WhatsApp Business Management API. */
const LIMIT = 200;
const LIMIT_WITH_REGISTERED_NUMBER = 5000;

/** Meta's side of the count, kept apart from our own rules so that it can contradict them. */
export interface MetaLimit {
  /** False: over the limit. A refused call is an error of ours, and does not count. */
  readonly ask: (nowMs: number) => boolean;
  /** What the usage header says, in per cent, rounded down. */
  readonly usePct: (nowMs: number) => number;
  /** A number of the account is on Cloud API from now on. */
  readonly raise: () => void;
  /** The greatest share of the limit ever used. */
  readonly peakUse: () => number;
  readonly errors: () => number;
}

export function createMetaLimit(): MetaLimit {
  const callsAtMs: number[] = [];
  let oldest = 0;
  let limit = LIMIT;
  let peakUse = 0;
  let errors = 0;
  const used = (nowMs: number): number => {
    while (nowMs - (callsAtMs[oldest] ?? Infinity) >= HOUR_MS) oldest += 1;
    return callsAtMs.length - oldest;
  };
  return {
    ask: (nowMs) => {
      if (used(nowMs) >= limit) {
        errors += 1;
        return false;
      }
      callsAtMs.push(nowMs);
      peakUse = Math.max(peakUse, used(nowMs) / limit);
      return true;
    },
    usePct: (nowMs) => Math.floor((100 * used(nowMs)) / limit),
    raise: () => {
      limit = LIMIT_WITH_REGISTERED_NUMBER;
    },
    peakUse: () => peakUse,
    errors: () => errors,
  };
}
