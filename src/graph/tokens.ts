import { Secret } from '../domain/secret.ts';
import { readAnswer } from './answers.ts';
import { checkedSignupCode, checkedToken } from './checks.ts';
import { ask, callFor, MAX_BYTES, type Context, type TokenArgs } from './context.ts';
import { GraphUnreachable } from './errors.ts';
import type { TokenFacts } from './facts.ts';
import { checkedId, type BusinessId } from './ids.ts';
import { accessTokenSchema, isBareToken, tokenFactsSchema } from './partner-schemas.ts';
import type { GraphCall } from './request.ts';
import { within, type RawAnswer } from './wire.ts';

/** A signup code lives 30 seconds and the browser waits meanwhile. */
const EXCHANGE_TIMEOUT_MS = 5000;

interface CodeArgs {
  readonly code: Secret;
  readonly signal?: AbortSignal;
}

/** How a token is come by, and what it may do. */
export interface TokenCalls {
  /** The business token for a signup code. Repeated once, only if nothing was sent: a code can be used once. */
  exchangeCode(args: CodeArgs): Promise<Secret>;
  /** What Meta knows about a token, asked in the app's name. */
  debugToken(args: TokenArgs): Promise<TokenFacts>;
  /** The business token that Meta keeps after a hosted signup; `token` is the partner's own. Nothing is created. */
  fetchBusinessToken(args: TokenArgs & { readonly businessId: BusinessId }): Promise<Secret>;
}

export function createTokenCalls(context: Context): TokenCalls {
  return {
    exchangeCode: (args) => exchangeCode(context, args),
    debugToken: async ({ token, signal }) => {
      const { appId, appSecret } = context.options;
      const appToken = new Secret(`${appId}|${appSecret.reveal()}`);
      const call = {
        ...callFor(context, { token: appToken, ...(signal === undefined ? {} : { signal }) }),
        attempted: 'check the token',
        path: 'debug_token',
        query: { input_token: checkedToken(token) },
      };
      return ask(context, call, (raw) => readAnswer(call, raw, tokenFactsSchema));
    },
    fetchBusinessToken: async (args) => {
      const call: GraphCall = {
        ...callFor(context, args),
        attempted: 'fetch the business token',
        method: 'POST',
        path: `${checkedId('businessId', args.businessId)}/system_user_access_tokens`,
        query: { fetch_only: 'true' },
      };
      return ask(context, call, (raw) => readAnswer(call, tokenAsJson(raw), accessTokenSchema));
    },
  };
}

async function exchangeCode(context: Context, { code, signal }: CodeArgs): Promise<Secret> {
  const { appId, appSecret, timeoutMs } = context.options;
  const call: GraphCall = {
    attempted: 'exchange the signup code',
    method: 'GET',
    path: 'oauth/access_token',
    query: { client_id: appId, client_secret: appSecret, code: checkedSignupCode(code) },
    maxBytes: MAX_BYTES,
    signal: within(Math.min(EXCHANGE_TIMEOUT_MS, timeoutMs), signal),
  };
  const exchanged = (): Promise<Secret> =>
    ask(context, call, (raw) => readAnswer(call, tokenAsJson(raw), accessTokenSchema));
  return exchanged().catch((error: unknown) => {
    if (error instanceof GraphUnreachable) return exchanged();
    throw error;
  });
}

/** The whole answer may be the bare token. */
function tokenAsJson(raw: RawAnswer): RawAnswer {
  const text = raw.text.trim();
  return { ...raw, text: isBareToken(text) ? JSON.stringify(text) : text };
}
