import { z } from 'zod';

import type { RefusalAnswer } from '../domain/refusals.ts';
import { Secret } from '../domain/secret.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { GraphMalformed, GraphOutcomeUnknown, OnPremisesRefused } from './errors.ts';
import { present } from './present.ts';
import { redactor } from './redaction.ts';
import { secretsIn, type JsonBody } from './request.ts';
import type { RawAnswer } from './wire.ts';

export interface OnPremisesCall {
  /** Completes "could not …" in an error. */
  readonly attempted: string;
  /** Below `/v1/`. */
  readonly path: string;
  readonly authorization: { readonly scheme: 'Basic' | 'Bearer'; readonly secret: Secret };
  readonly json: JsonBody;
  /** Part of the authorization that could be repeated on its own. */
  readonly alsoSecret?: Secret;
}

/** Enough for any sentence; a longer one could only be meant to fill the memory. */
const MAX_TEXT = 1000;

const text = z.string().optional().catch(undefined);
const oneError = z.looseObject({ code: z.int(), title: text, details: text });
/** Meta's page of the end of the product shows its refusal without the list around it. */
const refusalSchema = z.union([
  z.looseObject({ errors: z.tuple([oneError], z.unknown()) }).transform(({ errors }) => errors[0]),
  oneError,
]);

/** `2018-03-01 15:29:26+00:00`, or nothing that could be read. */
const expiry = z
  .string()
  .transform((time) => Date.parse(time.replace(' ', 'T')))
  .refine((atMs) => !Number.isNaN(atMs))
  .optional()
  .catch(undefined);

const loginSchema = z
  .looseObject({
    users: z.tuple(
      [z.looseObject({ token: z.string().regex(/^[!-~]{1,4096}$/), expires_after: expiry })],
      z.unknown(),
    ),
  })
  .transform(({ users: [user] }) =>
    present({ token: new Secret(user.token), expiresAtMs: user.expires_after }),
  );

/** @throws OnPremisesRefused | GraphOutcomeUnknown | GraphMalformed */
export function loginOf(
  call: OnPremisesCall,
  raw: RawAnswer,
): { readonly token: Secret; readonly expiresAtMs?: number } {
  confirmStatus(call, raw, [200]);
  const login = loginSchema.safeParse(parseBoundedJson(raw.text));
  if (login.success) return login.data;
  throw new GraphMalformed(call.attempted, 'users.0.token');
}

/** @throws OnPremisesRefused | GraphOutcomeUnknown */
export function accountStatusOf(call: OnPremisesCall, raw: RawAnswer): 'registered' | 'code-sent' {
  return confirmStatus(call, raw, [201, 202]) === 201 ? 'registered' : 'code-sent';
}

/**
 * The status, if it is one of success and no error stands in the body.
 * @throws OnPremisesRefused if the client said no, GraphOutcomeUnknown in every other case
 */
export function confirmStatus(
  call: OnPremisesCall,
  raw: RawAnswer,
  success: readonly number[],
): number {
  const json = parseBoundedJson(raw.text);
  const answer = refusalIn(call, json);
  const refusal = answer && { http: raw.http, answer };
  if (raw.http >= 500) throw new GraphOutcomeUnknown(call.attempted, 'http_5xx', refusal);
  if (json === undefined) throw new GraphOutcomeUnknown(call.attempted, 'not_json');
  const isSuccess = success.includes(raw.http);
  if (isSuccess && refusal === undefined) return raw.http;
  if (!isSuccess && refusal !== undefined) throw new OnPremisesRefused(call.attempted, refusal);
  throw new GraphOutcomeUnknown(call.attempted, 'odd_success', refusal);
}

function refusalIn(call: OnPremisesCall, json: unknown): RefusalAnswer | undefined {
  const said = refusalSchema.safeParse(json);
  if (!said.success) return undefined;
  const { authorization, alsoSecret } = call;
  const secrets = [authorization.secret, ...secretsIn(call.json)];
  const redact = redactor(alsoSecret === undefined ? secrets : [...secrets, alsoSecret]);
  const clean = (words: string | undefined): string | undefined =>
    words === undefined ? undefined : redact(words).slice(0, MAX_TEXT);
  const { code, title, details } = said.data;
  return present({ code, message: clean(title), details: clean(details) });
}
