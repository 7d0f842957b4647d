import type { z } from 'zod';

import { causeOf, passesByItself, type RefusalAnswer } from '../domain/refusals.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { GraphMalformed, GraphOutcomeUnknown, GraphRefused, type GraphRefusal } from './errors.ts';
import { secretsOf, type GraphCall } from './request.ts';
import { redactor } from './redaction.ts';
import { envelopeSchema } from './schemas.ts';
import { toldWaitMs } from './usage.ts';
import type { RawAnswer } from './wire.ts';

/** Codes with which Meta says that something broke on its side: the write may have taken effect all the same. */
const UNSURE_CODES = [1, 2, 131000, 131016];

/**
 * The value of a read.
 * @throws GraphRefused | GraphOutcomeUnknown | GraphMalformed
 */
export function readAnswer<T>(call: GraphCall, raw: RawAnswer, schema: z.ZodType<T>): T {
  const json = parseBoundedJson(raw.text);
  const refusal = refusalOf(call, raw, json);
  if (raw.http >= 500) throw new GraphOutcomeUnknown(call.attempted, 'http_5xx', refusal);
  if (refusal !== undefined) throw new GraphRefused(call.attempted, refusal);
  if (raw.http >= 400 || json === undefined)
    throw new GraphOutcomeUnknown(call.attempted, 'not_json');
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  throw new GraphMalformed(call.attempted, path);
}

/**
 * What Graph said when the write took effect: `schema` is the form of nothing but success.
 * @throws GraphRefused if it certainly did not, GraphOutcomeUnknown in every other case
 */
export function confirmWrite<T>(call: GraphCall, raw: RawAnswer, schema: z.ZodType<T>): T {
  const json = parseBoundedJson(raw.text);
  if (raw.http < 400) {
    const said = schema.safeParse(json);
    if (said.success) return said.data;
    throw new GraphOutcomeUnknown(call.attempted, json === undefined ? 'not_json' : 'odd_success');
  }
  const refusal = refusalOf(call, raw, json);
  const isUnsure = UNSURE_CODES.includes(refusal?.answer.code ?? 0);
  if (raw.http >= 500 || isUnsure)
    throw new GraphOutcomeUnknown(call.attempted, 'http_5xx', refusal);
  if (refusal === undefined) throw new GraphOutcomeUnknown(call.attempted, 'not_json');
  throw new GraphRefused(call.attempted, refusal);
}

function refusalOf(call: GraphCall, raw: RawAnswer, json: unknown): GraphRefusal | undefined {
  const envelope = envelopeSchema(redactor(secretsOf(call))).safeParse(json);
  if (!envelope.success) return undefined;
  const { answer, traceId } = envelope.data;
  const waitMs = passes(answer) ? toldWaitMs(raw.headers) : undefined;
  return {
    http: raw.http,
    answer,
    ...(traceId === undefined ? {} : { traceId }),
    ...(waitMs === undefined ? {} : { toldWaitMs: waitMs }),
  };
}

/** Where not, a usage header must not shorten the wait. */
const passes = (answer: RefusalAnswer): boolean => passesByItself(causeOf(answer));
