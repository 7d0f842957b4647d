import { z } from 'zod';

import { isWabaId, type WabaId } from '../domain/phone-number.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { word } from './schemas.ts';

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

const SHARES = { call_count: amount, total_time: amount, total_cputime: amount };

/** Keyed by account; one entry per kind of call. Source: Meta, "Rate limits", Business Use Case. */
const businessUsage = z.record(
  z.string(),
  z.array(
    z.looseObject({
      type: word.optional().catch(undefined),
      ...SHARES,
      estimated_time_to_regain_access: amount,
    }),
  ),
);

/** Of all calls made in the app's name. Source: Meta, "Rate limits", Platform. */
const appUsage = z.looseObject(SHARES);

/** How much of a limit is used: 100 or more is throttled. Meta may tell nothing while little is used. */
export type Usage =
  | { readonly kind: 'app'; readonly percent: number }
  | {
      readonly kind: 'account';
      readonly wabaId: WabaId;
      /** Which limit: Meta's `type`, `whatsapp_business_management` for everything that sets up numbers. */
      readonly limit: string;
      /** The greatest of Meta's percentages: of calls, of time and of computing time. */
      readonly percent: number;
      /** How long until Meta lets calls through again; 0 while it does. */
      readonly regainMs: number;
    };

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

/** Everything the headers of one answer say about limits. */
export function usagesOf(headers: AnswerHeaders): readonly Usage[] {
  const app = valuesOf(headers, 'x-app-usage').flatMap((header): readonly Usage[] => {
    const usage = appUsage.safeParse(parseBoundedJson(header));
    return usage.success ? [{ kind: 'app', percent: percentOf(usage.data) }] : [];
  });
  return [...app, ...valuesOf(headers, 'x-business-use-case-usage').flatMap(accountUsagesOf)];
}

function accountUsagesOf(header: string): readonly Usage[] {
  const usage = businessUsage.safeParse(parseBoundedJson(header));
  if (!usage.success) return [];
  return Object.entries(usage.data).flatMap(([wabaId, entries]) =>
    isWabaId(wabaId)
      ? entries.map((entry): Usage => ({
          ...{ kind: 'account', wabaId, limit: entry.type ?? 'unknown' },
          percent: percentOf(entry),
          regainMs: (entry.estimated_time_to_regain_access ?? 0) * MINUTE_MS,
        }))
      : [],
  );
}

const percentOf = (shares: Partial<Record<keyof typeof SHARES, number | undefined>>): number =>
  Math.max(0, shares.call_count ?? 0, shares.total_time ?? 0, shares.total_cputime ?? 0);

function regainMinutesOf(header: string): readonly number[] {
  const usage = businessUsage.safeParse(parseBoundedJson(header));
  if (!usage.success) return [];
  const entries = Object.values(usage.data).flat();
  return entries.map((entry) => entry.estimated_time_to_regain_access ?? 0);
}

const valuesOf = (headers: AnswerHeaders, name: string): readonly string[] =>
  [headers[name] ?? []].flat();
