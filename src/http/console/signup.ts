import { isPhoneNumberId, isWabaId, type WabaId } from '../../domain/phone-number.ts';
import { Secret } from '../../domain/secret.ts';
import type { Store } from '../../store/store.ts';
import type { AcceptAccountSignup } from '../account-signups.ts';
import { answerRedirect, httpErrorOf } from '../answers.ts';
import { entryOf, HttpError } from '../errors.ts';
import type { KeyedHash } from '../keyed-hash.ts';
import type { Limits } from '../limits.ts';
import type { Call } from '../routes.ts';
import type { SignupRequest } from '../signup-request.ts';
import type { AcceptSignup } from '../signups.ts';
import type { Assets } from './assets.ts';
import { readForm, type Form } from './form.ts';
import { failedNotice, type Notice } from './notices.ts';
import { answerPage } from './page.ts';
import { signupPage, type EmbeddedSignup } from './signup-page.ts';

export interface SignupPageDeps {
  readonly store: Pick<Store, 'sessions'>;
  readonly acceptSignup: AcceptSignup;
  readonly acceptAccountSignup: AcceptAccountSignup;
  readonly limits: Pick<Limits, 'takeSignup'>;
  readonly hash: KeyedHash;
  readonly nowMs: () => number;
  /** Absent: it is not set up. */
  readonly embeddedSignup?: EmbeddedSignup;
  readonly assets: Assets;
}

const CODE = /^[\x21-\x7e]{1,2048}$/;

export function showSignupPage(call: Call, deps: SignupPageDeps): Promise<Response> {
  return answerSignup(call, deps, { notice: undefined, status: 200 });
}

/** What Embedded Signup has told the page: a code, and ids that nobody believes before the code is exchanged. */
export async function postSignup(call: Call, deps: SignupPageDeps): Promise<Response> {
  const form = await readForm(call.request);
  try {
    deps.limits.takeSignup(call);
    await refuseStale(call, form, deps);
    return answerRedirect(await accepted(call, form, deps));
  } catch (error) {
    const known = httpErrorOf(error, deps.nowMs());
    if (known === undefined) throw error;
    const { status } = entryOf(known.code);
    return await answerSignup(call, deps, { notice: failedNotice(whyOf(known)), status });
  }
}

/** Answers with the page that shows what comes of it. */
async function accepted(call: Call, form: Form, deps: SignupPageDeps): Promise<string> {
  if (form.get('is_account') !== '1') {
    const { phoneNumberId } = await deps.acceptSignup(signupOf(form, deps.hash));
    return `/numbers/${phoneNumberId}?done=signup`;
  }
  const { code, wabaId } = accessIn(form);
  const idempotencyKey = deps.hash('code', code);
  const signup = { code: new Secret(code), wabaId, idempotencyKey, actor: call.actor };
  const { adopted } = await deps.acceptAccountSignup(signup);
  return `/accounts/${wabaId}?done=${adopted.length === 0 ? 'empty-signup' : 'account-signup'}`;
}

/** A person sees no header. */
function whyOf({ code, message, headers }: HttpError): string {
  if (code !== 'too_many_requests') return message;
  return `Too many signups within a minute: start again in ${headers['retry-after'] ?? '60'} seconds`;
}

/** A foreign page cannot know the state, and nobody can send a page's signup twice. */
async function refuseStale(
  { session }: Call,
  form: Form,
  { store }: SignupPageDeps,
): Promise<void> {
  if (session === undefined) throw new HttpError('unauthenticated');
  if (await store.sessions.useState(session.id, form.get('state') ?? '')) return;
  const message =
    'This page was open for more than ten minutes, or used before: start the signup again';
  throw new HttpError('not_now', { message });
}

function signupOf(form: Form, hash: KeyedHash): SignupRequest {
  const { code, wabaId } = accessIn(form);
  const phoneNumberId = form.get('phone_number_id');
  if (!isPhoneNumberId(phoneNumberId)) throw new HttpError('invalid_phone_number_id');
  return {
    ...{ code: new Secret(code), wabaId, phoneNumberId, how: { platform: 'cloud' } },
    idempotencyKey: hash('code', code),
    bodyHash: hash('body', code, wabaId, phoneNumberId),
  };
}

function accessIn(form: Form): { readonly code: string; readonly wabaId: WabaId } {
  const code = form.get('code') ?? '';
  const wabaId = form.get('waba_id');
  if (!CODE.test(code)) throw new HttpError('invalid_code');
  if (!isWabaId(wabaId)) throw new HttpError('invalid_waba_id');
  return { code, wabaId };
}

async function answerSignup(
  caller: Call,
  { store, assets, embeddedSignup }: SignupPageDeps,
  { notice, status }: { readonly notice: Notice | undefined; readonly status: number },
): Promise<Response> {
  const { session } = caller;
  const keys = session && {
    state: await store.sessions.newState(session.id),
    csrfToken: session.csrfToken,
  };
  const page = signupPage({ embeddedSignup, keys, notice, scriptUrl: assets.urlOf('signup.js') });
  return await answerPage(page, assets, { status, caller });
}
