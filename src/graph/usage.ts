import { z } from 'zod';

import { parseBoundedJson } from './bounded-json.ts';

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

const amount = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^[0-9]{1,12}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);

/** Keyed by account; one entry per kind of call. Source: Meta, "Rate limits", Business Use Case. */
const businessUsage = z.record(
  z.string(),
  z.array(z.looseObject({ estimated_time_to_regain_access: amount })),
);

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The longest wait the headers of a throttled answer ask for, or undefined if they ask for none. `X-App-Usage` tells
 * percentages but no time. Meta documents no `Retry-After`; one in seconds counts if it comes.
 */
export function toldWaitMs(headers: AnswerHeaders): number | undefined {
  const minutes = valuesOf(headers, 'x-business-use-case-usage').flatMap(regainMinutesOf);
  const seconds = valuesOf(headers, 'retry-after').map((text) => amount.parse(text) ?? 0);
  const longestMs = Math.max(
    0,
    ...minutes.map((each) => each * MINUTE_MS),
    ...seconds.map((each) => each * SECOND_MS),
  );
  return longestMs > 0 ? longestMs : undefined;
}

function regainMinutesOf(header: string): readonly number[] {
  const usage = businessUsage.safeParse(parseBoundedJson(header));
  if (!usage.success) return [];
  const entries = Object.values(usage.data).flat();
  return entries.map((entry) => entry.estimated_time_to_regain_access ?? 0);
}

const valuesOf = (headers: AnswerHeaders, name: string): readonly string[] =>
  [headers[name] ?? []].flat();
