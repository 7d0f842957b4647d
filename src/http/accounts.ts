import { z } from 'zod';
import { addNumber, readAccount, subscribe, unsubscribe } from '../desk/accounts.ts';
import { addAndOnboard, adoptNumbers, listAdoptable, type AdoptionDeps } from '../desk/adoption.ts';
import type { WebhookOverride } from '../graph/number-writes.ts';
import { listContract, listPhoneNumbers } from './account-numbers.ts';
import { answerJson } from './answers.ts';
import { declared, json, type Taken } from './contract.ts';
import { OF_META, OF_META_ORDERS } from './error-groups.ts';
import { HttpError } from './errors.ts';
import * as take from './fields.ts';
import { admin, operator, viewer, type Call, type Routes } from './routes.ts';
import * as shapes from './shapes.ts';
import { statusUrlOf } from './signups.ts';

interface AccountDeps extends AdoptionDeps {
  readonly appId: string;
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
}

const params = z.strictObject({ waba_id: take.wabaId });
const newNumber = z.strictObject({
  cc: take.countryCode,
  phone_number: take.digits,
  verified_name: take.displayName,
  preverified_id: take.optionalPreverifiedId,
  migrate_phone_number: take.isMigrated,
  by_hand: take.isByHand,
});
const override = z.strictObject({
  override_callback_url: take.callbackUrl,
  verify_token: take.verifyToken,
});

const SHOW = {
  summary: "The account: its review, our token's scopes and end, the subscribed apps",
  params,
  answers: { 200: json('The account', shapes.account) },
  errors: OF_META,
};

const ADD = {
  summary: 'Adds a number to the account, and begins its onboarding',
  params,
  body: newNumber,
  answers: { 201: json('It is added; the header location leads to it', shapes.numberAdded) },
  errors: [...OF_META_ORDERS, 'erasure_in_progress'] as const,
};

const ADOPTABLE = {
  summary: 'The numbers at Meta that are not onboarded here and were not to be forgotten',
  params,
  answers: { 200: json('The numbers', shapes.adoptable) },
  errors: OF_META,
};

const ADOPT = {
  summary: 'Begins the onboarding of numbers that came without a signup',
  params,
  body: z.strictObject({ phone_number_ids: take.phoneNumberIds }),
  answers: { 202: json('Which are adopted, and why the others are left', shapes.adopted) },
  errors: OF_META_ORDERS,
};

const SUBSCRIBE = {
  summary: "The account's webhooks come to us; with both members they go there",
  params,
  body: override,
  answers: { 200: json('They do', shapes.subscription) },
  errors: [...OF_META_ORDERS, 'invalid_override'] as const,
};

const UNSUBSCRIBE = {
  summary: "The account's webhooks come to us no more",
  params,
  answers: { 200: json('They do not', shapes.subscription) },
  errors: OF_META_ORDERS,
};

/** Accounts as Meta shows them, and what may be ordered for one. */
export function accountRoutes(deps: AccountDeps): Routes {
  return {
    '/v1/accounts/:waba_id': { GET: viewer(declared(SHOW, (call) => showAccount(call, deps))) },
    '/v1/accounts/:waba_id/phone-numbers': {
      GET: viewer(declared(listContract, (call) => listPhoneNumbers(call, deps))),
      POST: operator(declared(ADD, (call) => addPhoneNumber(call, deps))),
    },
    '/v1/accounts/:waba_id/adoptions': {
      GET: viewer(
        declared(ADOPTABLE, async ({ params: { waba_id: wabaId } }) =>
          answerJson({ waba_id: wabaId, adoptable: await listAdoptable(deps, { wabaId }) }),
        ),
      ),
      POST: operator(declared(ADOPT, (call) => adopt(call, deps))),
    },
    '/v1/accounts/:waba_id/subscription': {
      PUT: admin(declared(SUBSCRIBE, (call) => putSubscription(call, deps))),
      DELETE: admin(declared(UNSUBSCRIBE, (call) => deleteSubscription(call, deps))),
    },
  };
}

type OfAccount<Body extends z.ZodObject = z.ZodObject> = Taken<typeof params, z.ZodObject, Body>;

type By = Pick<Call, 'actor'>;

async function showAccount({ params: { waba_id: wabaId } }: OfAccount, deps: AccountDeps) {
  return answerJson(await readAccount(deps, { wabaId }));
}

async function addPhoneNumber(
  { params: { waba_id: wabaId }, body, actor }: OfAccount<typeof newNumber> & By,
  deps: AccountDeps,
): Promise<Response> {
  const { cc, phone_number: phoneNumber, verified_name: verifiedName } = body;
  const { preverified_id: preverifiedId, migrate_phone_number: isMigrated = false } = body;
  const number = {
    ...{ cc, phoneNumber, verifiedName, isMigrated },
    ...(preverifiedId === undefined ? {} : { preverifiedId }),
  };
  const { phoneNumberId, isOnboarding } = body.by_hand
    ? { phoneNumberId: await addNumber(deps, { wabaId }, number), isOnboarding: false }
    : await addAndOnboard(deps, { wabaId }, { number, actor });
  if (isOnboarding) deps.wake();
  const location = isOnboarding
    ? statusUrlOf(phoneNumberId)
    : `/v1/phone-numbers/${phoneNumberId}?waba_id=${wabaId}`;
  const answer = { phone_number_id: phoneNumberId, is_onboarding: isOnboarding };
  return answerJson(answer, 201, { location });
}

async function adopt(
  { params: { waba_id: wabaId }, body, actor }: OfAccount<(typeof ADOPT)['body']> & By,
  deps: AccountDeps,
): Promise<Response> {
  const order = { ids: body.phone_number_ids, actor };
  const view = await adoptNumbers(deps, { wabaId }, order);
  deps.wake();
  return answerJson(view, 202);
}

async function putSubscription(
  { params: { waba_id: wabaId }, body }: OfAccount<typeof override>,
  deps: AccountDeps,
): Promise<Response> {
  await subscribe(deps, { wabaId }, overrideIn(body));
  return answerJson({ waba_id: wabaId, is_subscribed: true });
}

function overrideIn({
  override_callback_url: callbackUrl,
  verify_token: verifyToken,
}: z.output<typeof override>): WebhookOverride | undefined {
  if (callbackUrl !== undefined && verifyToken !== undefined) return { callbackUrl, verifyToken };
  if ((callbackUrl ?? verifyToken) !== undefined) throw new HttpError('invalid_override');
  return undefined;
}

async function deleteSubscription({ params: { waba_id: wabaId } }: OfAccount, deps: AccountDeps) {
  await unsubscribe(deps, { wabaId });
  return answerJson({ waba_id: wabaId, is_subscribed: false });
}
