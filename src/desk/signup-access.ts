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

/** The same of a signup that names an account alone. */
export interface AccountAccess extends Omit<Access, 'number'> {
  /** Every number of the account. */
  readonly numbers: readonly PhoneNumber[];
  /** How many pages their list had. */
  readonly pages: number;
}

interface WantedAccount {
  readonly code: Secret;
  readonly wabaId: WabaId;
}

interface Wanted extends WantedAccount {
  readonly phoneNumberId: PhoneNumberId;
}

/**
 * Exchanges the code at once, as it lives 30 s, and checks with the new token what the browser said.
 * @throws DeskError code_expired, number_not_in_account or meta_unavailable
 */
export async function gainAccess(deps: AccessDeps, wanted: Wanted): Promise<Access> {
  return await within(deps, async (signal) => {
    const { token, life } = await gainToken(deps, wanted, signal);
    return { token, life, number: await findNumber(deps, wanted, { token, signal }) };
  });
}

/** The same where the browser named no number: the account's are listed to the end. @throws DeskError as `gainAccess` */
export async function gainAccountAccess(
  deps: AccessDeps,
  wanted: WantedAccount,
): Promise<AccountAccess> {
  return await within(deps, async (signal) => {
    const { token, life } = await gainToken(deps, wanted, signal);
    const numbers: PhoneNumber[] = [];
    let pages = 0;
    const onPage = (): void => {
      pages += 1;
    };
    const list = { wabaId: wanted.wabaId, token, signal, onPage };
    for await (const number of deps.graph.listPhoneNumbers(list)) numbers.push(number);
    return { token, life, numbers, pages };
  });
}

async function within<Answer>(
  { log }: AccessDeps,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(AbortSignal.timeout(META_MS));
  } catch (error) {
    throw meaningOf(error, log);
  }
}

async function gainToken(
  deps: AccessDeps,
  { code, wabaId }: WantedAccount,
  signal: AbortSignal,
): Promise<Omit<Access, 'number'>> {
  const token = await exchange(deps, code, signal);
  const life = await deps.graph.debugToken({ token, signal });
  const isOurs = life.isValid && life.appId === deps.appId;
  const hasScopes = SCOPES.every((scope) => life.scopes.includes(scope));
  if (!isOurs || !hasScopes || !life.wabaIds.includes(wabaId)) throw notInAccount();
  return { token, life };
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
