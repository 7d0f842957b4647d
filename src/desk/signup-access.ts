import { causeOf, passesByItself } from '../domain/refusals.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { TokenLife } from '../domain/token-life.ts';
import type { GraphClient, PhoneNumber } from '../graph/client.ts';
import {
  GraphMalformed,
  GraphOutcomeUnknown,
  GraphRefused,
  GraphUnreachable,
} from '../graph/errors.ts';
import { DeskError } from './errors.ts';
import type { Log } from './log.ts';

/** The browser waits: four calls of Meta, the first of which has 5 s of its own. */
const META_MS = 10_000;
const SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'];

export interface AccessDeps {
  readonly graph: Pick<GraphClient, 'exchangeCode' | 'debugToken' | 'listPhoneNumbers'>;
  readonly appId: string;
  readonly log: Log;
}

/** What the signup proves: a token of ours that reaches this number in this account. */
export interface Access {
  readonly token: Secret;
  readonly life: TokenLife;
  readonly number: PhoneNumber;
}

interface Wanted {
  readonly code: Secret;
  readonly wabaId: WabaId;
  readonly phoneNumberId: PhoneNumberId;
}

/**
 * Exchanges the code at once, as it lives 30 s, and checks with the new token what the browser said.
 * @throws DeskError code_expired, number_not_in_account or meta_unavailable
 */
export async function gainAccess(deps: AccessDeps, wanted: Wanted): Promise<Access> {
  const signal = AbortSignal.timeout(META_MS);
  try {
    const token = await exchange(deps, wanted.code, signal);
    const facts = await deps.graph.debugToken({ token, signal });
    const isOurs = facts.isValid && facts.appId === deps.appId;
    const hasScopes = SCOPES.every((scope) => facts.scopes.includes(scope));
    if (!isOurs || !hasScopes || !facts.wabaIds.includes(wanted.wabaId)) {
      throw notInAccount();
    }
    const number = await findNumber(deps, wanted, { token, signal });
    return { token, number, life: facts };
  } catch (error) {
    throw meaningOf(error, deps.log);
  }
}

async function exchange(deps: AccessDeps, code: Secret, signal: AbortSignal): Promise<Secret> {
  try {
    return await deps.graph.exchangeCode({ code, signal });
  } catch (error) {
    // 100 with subcode 36007 or 36009 is an expired or used code; with others the code was never good.
    const isBadCode = error instanceof GraphRefused && error.answer.code === 100;
    if (isBadCode) throw new DeskError('code_expired', 'Signup took over 30 s; run it again');
    // Every other refusal is about the app, not about this customer.
    if (error instanceof GraphRefused) {
      deps.log.error(
        { err: error },
        'Meta refuses the code exchange; check META_APP_ID and META_APP_SECRET',
      );
      throw noAnswer();
    }
    throw error;
  }
}

/** Never another number of the list: the customer signed up this one. */
async function findNumber(
  { graph }: AccessDeps,
  { wabaId, phoneNumberId }: Wanted,
  call: { readonly token: Secret; readonly signal: AbortSignal },
): Promise<PhoneNumber> {
  for await (const number of graph.listPhoneNumbers({ wabaId, ...call })) {
    if (number.phoneNumberId === phoneNumberId) return number;
  }
  throw notInAccount();
}

function meaningOf(error: unknown, log: Log): unknown {
  if (error instanceof GraphRefused && !passesByItself(causeOf(error.answer, 'exchange'))) {
    log.warn({ err: error }, 'Meta gives the signup no access');
    return notInAccount();
  }
  const isMeta = [GraphRefused, GraphUnreachable, GraphOutcomeUnknown, GraphMalformed].some(
    (kind) => error instanceof kind,
  );
  if (!isMeta) return error;
  log.warn({ err: error }, 'Meta did not answer a signup');
  return noAnswer();
}

/** The code lives 30 s: by the time somebody tries again it is gone. */
function noAnswer(): DeskError {
  return new DeskError('meta_unavailable', 'Meta did not answer; run the signup again');
}

function notInAccount(): DeskError {
  const message = 'The signup gives no access to this number in this account; run it again';
  return new DeskError('number_not_in_account', message);
}
