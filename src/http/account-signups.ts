import { z } from 'zod';
import {
  acceptAccountSignup,
  type AccountSignup,
  type AccountSignupDeps,
  type AccountSignupView,
} from '../desk/account-signup.ts';
import type { Store } from '../store/store.ts';
import { answerJson } from './answers.ts';
import { json, type Taken } from './contract.ts';
import * as take from './fields.ts';
import type { KeyedHash } from './keyed-hash.ts';
import type { Call } from './routes.ts';
import { accountSignupTaken } from './shapes.ts';
import { checkState } from './signups.ts';

const body = z.strictObject({ code: take.signupCode, waba_id: take.wabaId, state: take.state });

export const accountSignupContract = {
  summary:
    'The callback of an Embedded Signup that names no number: keeps its access, and begins the onboarding of its numbers',
  body,
  answers: { 202: json('Which are taken up, and why the others are left', accountSignupTaken) },
  errors: [
    ...(['code_expired', 'meta_unavailable', 'number_not_in_account', 'invalid_state'] as const),
  ],
} as const;

/** @throws DeskError */
export type AcceptAccountSignup = (signup: AccountSignup) => Promise<AccountSignupView>;

/** Lets the drain look at what is taken up. */
export function createAcceptAccountSignup(
  deps: AccountSignupDeps & { readonly wake: () => void },
): AcceptAccountSignup {
  return async (signup) => {
    const view = await acceptAccountSignup(deps, signup);
    deps.wake();
    return view;
  };
}

type AccountSignupCall = Pick<Call, 'session' | 'actor'> &
  Pick<Taken<z.ZodObject, z.ZodObject, typeof body>, 'body'>;

export function createTakeAccountSignup(
  accept: AcceptAccountSignup,
  deps: { readonly hash: KeyedHash; readonly store: Pick<Store, 'sessions'> },
): (call: AccountSignupCall) => Promise<Response> {
  return async (call) => {
    const { code, waba_id: wabaId, state } = call.body;
    await checkState(deps, call, state);
    const idempotencyKey = deps.hash('code', code.reveal());
    const view = await accept({ code, wabaId, idempotencyKey, actor: call.actor });
    const next = view.adopted.length === 0 ? { next_step: nextStepOf(wabaId) } : {};
    return answerJson({ ...view, ...next }, 202, { location: `/v1/accounts/${wabaId}` });
  };
}

function nextStepOf(wabaId: string): string {
  const account = `/v1/accounts/${wabaId}`;
  return `Add a number: POST ${account}/phone-numbers; or name one that is there: POST ${account}/adoptions`;
}
