/** Draws that a seed repeats exactly. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  between(low: number, high: number): number;
  pick<T>(values: readonly [T, ...T[]]): T;
}

/** Mulberry32: small, and good enough to mix up a plan of faults. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (values) => values[Math.floor(next() * values.length)] ?? values[0],
  };
}
