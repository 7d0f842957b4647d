import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { z } from 'zod';
import { spanOf } from '../time.ts';
import { failed, ok, skipped, type Check } from './check.ts';

/** The header counts in seconds, and a slow answer adds some. */
const TOLERATED_MS = 30_000;

/** Where undici, below our Graph client, tells of each answer's headers. Names and values alternate. */
const CHANNEL = 'undici:request:headers';
const message = z.object({ response: z.object({ headers: z.array(z.instanceof(Uint8Array)) }) });

/** Reads Meta's clock from the answers to `work`; undefined if none came, or none with a date. */
export async function aheadOfMetaMs(
  nowMs: () => number,
  work: () => Promise<unknown>,
): Promise<number | undefined> {
  let aheadMs: number | undefined;
  const listen = (told: unknown): void => {
    const metaMs = dateIn(told);
    if (metaMs !== undefined) aheadMs = nowMs() - metaMs;
  };
  subscribe(CHANNEL, listen);
  try {
    await work();
  } finally {
    unsubscribe(CHANNEL, listen);
  }
  return aheadMs;
}

export function clockCheck(aheadMs: number | undefined): Check {
  const name = 'clock';
  if (aheadMs === undefined) return skipped(name, "Meta's time is not known");
  if (Math.abs(aheadMs) <= TOLERATED_MS) return ok(name, "agrees with Meta's");
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return failed(name, {
    detail: `this machine is ${spanOf(Math.abs(aheadMs))} ${side} Meta`,
    mend: 'let NTP set the clock: deadlines and waits are counted by it',
  });
}

function dateIn(told: unknown): number | undefined {
  const { data } = message.safeParse(told);
  const texts = (data?.response.headers ?? []).map((bytes) =>
    Buffer.from(bytes).toString('latin1'),
  );
  const at = texts.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === 'date');
  const atMs = Date.parse(texts[at + 1] ?? '');
  return at === -1 || Number.isNaN(atMs) ? undefined : atMs;
}
