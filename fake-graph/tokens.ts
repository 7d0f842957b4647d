import { createHmac } from 'node:crypto';

import { GraphRefusal, invalidParameter } from './graph-errors.ts';
import { nextId, nextSecret } from './ids.ts';
import { SIGNUP_CODE_LIFE_MS } from './meta-clocks.ts';
import { countAppCall } from './usage.ts';
import type { Call, Plan } from './call.ts';
import type { Fake, Token, World } from './world.ts';

const BOTH_SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'];

export type NewToken = Partial<
  Pick<
    Token,
    'kind' | 'wabas' | 'scopes' | 'expires_at_ms' | 'data_access_expires_at_ms' | 'business_id'
  >
>;

export function issueToken(world: World, nowMs: number, given: NewToken): Token {
  const token: Token = {
    value: nextSecret(world, 'token'),
    kind: 'business',
    scopes: given.kind === 'system' ? [...BOTH_SCOPES, 'business_management'] : BOTH_SCOPES,
    user_id: nextId(world, 'user'),
    issued_at_ms: nowMs,
    revoked: false,
    ...given,
  };
  world.tokens[token.value] = token;
  return world.tokens[token.value] ?? token;
}

export function issueCode(world: World, nowMs: number, wabaId: string): string {
  const value = nextSecret(world, 'code');
  world.codes[value] = { value, waba_id: wabaId, issued_at_ms: nowMs, used: false };
  return value;
}

/** The act of a customer who takes the access back: every token issued for the account so far ends. */
export function revokeTokensOf(world: World, wabaId: string): void {
  for (const token of Object.values(world.tokens))
    if (token.wabas?.includes(wabaId) === true) token.revoked = true;
}

export function coversWaba(token: Token, wabaId: string): boolean {
  if (token.wabas === undefined) return token.kind === 'system';
  return token.wabas.includes(wabaId);
}

/**
 * The token a request carries, once it and its proof are good.
 * @throws GraphRefusal 190 for a missing, bad, expired or revoked token; 100 for a wrong proof
 */
export function authenticate(call: Call): Token {
  const { fake, token: value, params } = call;
  const found = value === undefined ? undefined : findToken(fake.world, value);
  const problem = problemOf(found, call.nowMs);
  if (found === undefined || problem !== undefined)
    throw new GraphRefusal(190, { http: fake.world.switches.authHttp, ...problem });
  checkProof(fake, found, params.get('appsecret_proof'));
  return found;
}

function findToken(world: World, value: string): Token | undefined {
  const { app } = world;
  if (value !== `${app.id}|${app.secret}`) return world.tokens[value];
  return {
    value,
    kind: 'app',
    wabas: [],
    scopes: [],
    user_id: app.id,
    issued_at_ms: 0,
    revoked: false,
  };
}

interface TokenProblem {
  message: string;
  subcode?: number;
}

function problemOf(token: Token | undefined, nowMs: number): TokenProblem | undefined {
  if (token === undefined)
    return { message: 'Invalid OAuth access token - Cannot parse access token' };
  if (token.revoked)
    return {
      message:
        'Error validating access token: The session has been invalidated because the user has revoked access.',
      subcode: 460,
    };
  if (token.expires_at_ms !== undefined && nowMs >= token.expires_at_ms)
    return { message: 'Error validating access token: Session has expired.', subcode: 463 };
  return undefined;
}

function checkProof(fake: Fake, token: Token, proof: string | undefined): void {
  const { app, switches } = fake.world;
  if (proof === undefined) {
    if (!switches.requireProof) return;
    throw new GraphRefusal(100, {
      message: 'API calls from the server require an appsecret_proof argument',
    });
  }
  const expected = createHmac('sha256', app.secret).update(token.value).digest('hex');
  if (proof !== expected)
    throw new GraphRefusal(100, {
      message: 'Invalid appsecret_proof provided in the API argument',
      type: 'GraphMethodException',
    });
}

/** @throws GraphRefusal 200 when the token lacks the permission */
export function requireScope(token: Token, scope: string): void {
  if (token.scopes.includes(scope)) return;
  throw new GraphRefusal(200, { title: `Requires ${scope} permission to manage the object` });
}

/** `GET /oauth/access_token`: the code of a finished signup, once, within 30 seconds, for a token of its account. */
export function exchangeCode(call: Call): Plan {
  const { nowMs, params, fake } = call;
  const { world } = fake;
  countAppCall(call);
  if (params.get('client_id') !== world.app.id)
    throw new GraphRefusal(101, {
      message: 'Error validating application. Cannot get application info due to a system error.',
    });
  if (params.get('client_secret') !== world.app.secret)
    throw new GraphRefusal(1, { message: 'Error validating client secret.' });
  const code = world.codes[params.get('code') ?? ''];
  if (code === undefined)
    throw new GraphRefusal(100, { message: 'Invalid verification code format.', subcode: 36008 });
  if (code.used)
    throw new GraphRefusal(100, {
      message: 'This authorization code has been used.',
      subcode: 36009,
    });
  if (nowMs - code.issued_at_ms >= SIGNUP_CODE_LIFE_MS)
    throw new GraphRefusal(100, {
      message: 'This authorization code has expired.',
      subcode: 36007,
    });
  const token = issueToken(world, nowMs, { wabas: [code.waba_id] });
  return {
    body: { access_token: token.value, token_type: 'bearer' },
    effect: () => {
      code.used = true;
    },
  };
}

/** `GET /debug_token`, asked by the app or by the partner's own system user. */
export function debugToken(call: Call): Plan {
  const asking = authenticate(call);
  if (asking.kind === 'app') countAppCall(call);
  if (asking.kind === 'business')
    throw new GraphRefusal(100, {
      title:
        'You must provide an app access token, or a user access token that is an owner or developer of the app',
    });
  const value = call.params.get('input_token');
  if (value === undefined) throw invalidParameter('input_token is required.');
  const token = findToken(call.fake.world, value);
  const problem = problemOf(token, call.nowMs);
  if (token === undefined) {
    const error = { code: 190, message: problem?.message };
    return { body: { data: { error, is_valid: false, scopes: [] } } };
  }
  return { body: { data: describeToken(call.fake.world, token, problem) } };
}

function describeToken(world: World, token: Token, problem: TokenProblem | undefined): unknown {
  return {
    app_id: world.app.id,
    application: world.app.name,
    type: token.kind === 'app' ? 'APP' : 'SYSTEM_USER',
    error: problem && { code: 190, message: problem.message, subcode: problem.subcode },
    expires_at: Math.floor((token.expires_at_ms ?? 0) / 1000),
    data_access_expires_at: Math.floor((token.data_access_expires_at_ms ?? 0) / 1000),
    is_valid: problem === undefined,
    issued_at: Math.floor(token.issued_at_ms / 1000),
    scopes: token.scopes,
    granular_scopes: token.scopes.map((scope) => ({ scope, target_ids: token.wabas })),
    user_id: token.user_id,
  };
}
