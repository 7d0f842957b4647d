// The forms that several calls share.
import { z } from 'zod';

import type { RefusalAnswer } from '../domain/refusals.ts';
import { present } from './present.ts';

/** Enough for any sentence of Meta's; texts are kept to tell causes apart, not to be stored at length. */
const MAX_TEXT = 1000;
/** Seen ones are a tenth of it; each is remembered until its list ends. */
const MAX_CURSOR = 2000;

/** Meta's enums stay open: four fields have already answered values missing from Meta's own lists. */
export const word = z.string().max(100);
export const optionalWord = word.nullish();
export const optionalText = z.string().max(MAX_TEXT).nullish();

/** `2023-08-22T19:05:53+0000` (no colon) or Unix seconds, by page; 0 is no time. In ms. */
export const graphTime = z
  .union([z.number(), z.string()])
  .transform((time) => graphTimeMs(time))
  .refine((atMs) => !Number.isNaN(atMs))
  .transform((atMs) => (atMs === 0 ? undefined : atMs))
  .nullish();

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
  readonly after?: string;
}

/** `paging.next` only tells that there is more: it is a URL with a token, so the cursor is used instead. */
export function pageOf<T>(item: z.ZodType<T>): z.ZodType<Page<T>> {
  const cursors = z.looseObject({ after: z.string().max(MAX_CURSOR).nullish() }).nullish();
  return z
    .looseObject({
      data: z.array(item),
      paging: z.looseObject({ cursors, next: z.string().nullish() }).nullish(),
    })
    .transform(({ data, paging }) =>
      present({
        items: data,
        hasMore: typeof paging?.next === 'string',
        after: paging?.cursors?.after,
      }),
    );
}

const noError = z.undefined().optional();

/** Some of Meta's samples write the word as a string. An `error` beside it is no success. */
export const successSchema = z.looseObject({
  success: z.union([z.literal(true), z.literal('true')]),
  error: noError,
});

/** The id of what a write has created. */
export function createdSchema<T extends string>(
  isId: (value: unknown) => value is T,
): z.ZodType<T> {
  return z
    .looseObject({ id: z.custom<T>(isId), error: noError })
    .transform((created): T => created.id);
}

/** Only `code` is sure to be there and of its type; a strange neighbour must not hide it. */
export function envelopeSchema(
  redact: (text: string) => string,
): z.ZodType<{ answer: RefusalAnswer; traceId?: string }> {
  const text = z
    .string()
    .transform((said) => redact(said).slice(0, MAX_TEXT))
    .optional()
    .catch(undefined);
  const details = z.union([
    z.looseObject({ details: text }).transform((data) => data.details),
    text,
  ]);
  const error = z.looseObject({
    code: z.int(),
    error_subcode: z.int().optional().catch(undefined),
    message: text,
    error_user_msg: text,
    error_data: details.optional().catch(undefined),
    fbtrace_id: text,
  });
  return z.looseObject({ error }).transform(({ error: said }) =>
    present({
      answer: present({
        code: said.code,
        subcode: said.error_subcode,
        message: said.message,
        userMessage: said.error_user_msg,
        details: said.error_data,
      }),
      traceId: /^[\w-]{1,64}$/.test(said.fbtrace_id ?? '') ? said.fbtrace_id : undefined,
    }),
  );
}

function graphTimeMs(time: string | number): number {
  if (typeof time === 'number') return time * 1000;
  if (/^[0-9]{1,12}$/.test(time)) return Number(time) * 1000;
  return Date.parse(time.replace(/([+-][0-9]{2}):?([0-9]{2})$/, '$1:$2'));
}
