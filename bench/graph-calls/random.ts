/** Uniform in [0, 1). The same seed and stream give the same draws on every machine. */
export type Random = () => number;

/** sfc32, by Chris Doty-Humphrey: small, quick, and good enough for anything but secrets. */
export function createRandom(seed: number, stream: number): Random {
  let [a, b, c, counter] = [seed | 0, stream | 0, 0x9e3779b9, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Until a small seed has reached every bit.
  for (let round = 0; round < 15; round += 1) next();
  return next;
}

export interface LogNormal {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** How many standard deviations the 99th percentile of a normal distribution lies above its median. */
const Z99 = 2.326347874;

export function logNormalMs(random: Random, { medianMs, p99Ms }: LogNormal): number {
  const sigma = Math.log(p99Ms / medianMs) / Z99;
  return Math.round(medianMs * Math.exp(sigma * normal(random)));
}

/** A whole number between the two, each order of magnitude as likely as the other. */
export function logUniform(random: Random, [lowest, highest]: readonly [number, number]): number {
  return Math.floor(lowest * ((highest + 1) / lowest) ** random());
}

/** Box and Muller's way; 1 - random(), as there is no logarithm of 0. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
