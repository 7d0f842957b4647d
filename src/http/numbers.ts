import { z } from 'zod';
import type { OrderName } from '../contract/onboarding.ts';
import { detailsOf, progressView, type TemporalLink } from '../desk/number-view.ts';
import { revealCertificate } from '../desk/reveal.ts';
import type { NumberRow, Store } from '../store/store.ts';
import { answerJson } from './answers.ts';
import { declared, json, type Taken } from './contract.ts';
import { HttpError } from './errors.ts';
import * as take from './fields.ts';
import { fleetContract, listFleet } from './fleet.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { OnboardingUnknown, type Onboardings } from './onboardings.ts';
import { admin, operator, viewer, type Call, type Routes } from './routes.ts';
import * as shapes from './shapes.ts';
import { statusUrlOf } from './signups.ts';

interface NumberDeps {
  readonly store: Pick<Store, 'numbers' | 'fleet' | 'attempts' | 'credentials' | 'inbox'>;
  readonly onboardings: Pick<Onboardings, 'order'>;
  readonly hash: KeyedHash;
  readonly nowMs: () => number;
  readonly temporal?: TemporalLink;
}

const params = z.strictObject({ id: take.knownNumberId });

const SHOW = {
  summary: 'One number: three tracks, whose move it is, attempts, events',
  params,
  answers: { 200: json('The number', shapes.numberDetails) },
};

const CERTIFICATE = {
  summary: 'The certificate that Meta showed last, in base64; who asked is kept',
  params,
  answers: { 200: json('The certificate', shapes.certificate) },
  errors: ['not_now'],
} as const;

/** A number of the path. */
type NumberCall = Pick<Call, 'requestId' | 'actor'> & Taken<typeof params>;

export function numberRoutes(deps: NumberDeps): Routes {
  return {
    '/v1/numbers': { GET: viewer(declared(fleetContract, (call) => listFleet(call, deps))) },
    '/v1/numbers/:id': { GET: viewer(declared(SHOW, (call) => showNumber(call, deps))) },
    '/v1/numbers/:id/certificate': {
      GET: admin(declared(CERTIFICATE, (call) => showCertificate(call, deps))),
    },
    ...orderRoutes(deps),
  };
}

interface Order {
  readonly name: OrderName;
  readonly summary: string;
}

/** The orders of people that carry nothing but who gives them, by the last word of their route. */
const ORDERS: Readonly<Record<string, Order>> = {
  retry: { name: 'retryNow', summary: 'Asks a waiting number to try again now' },
  'number-freed': {
    name: 'numberFreed',
    summary: 'As retry, and the history says that the customer has freed the number',
  },
  pause: {
    name: 'pause',
    summary: 'Asks nothing of Meta about it until it is resumed; a deadline runs on',
  },
  resume: { name: 'resume', summary: 'Ends the pause: it is read now' },
  abandon: {
    name: 'abandon',
    summary: 'Ends the onboarding as failed; the number may sign up again',
  },
};

function orderRoutes(deps: NumberDeps): Routes {
  const routes = Object.entries(ORDERS).map(([word, { name, summary }]) => {
    const contract = {
      ...{ summary, params },
      answers: { 200: json('What the onboarding says', shapes.orderTaken) },
      errors: ['not_now', 'temporal_unavailable'],
    } as const;
    const route = operator(declared(contract, (call) => giveOrder(call, deps, { word, name })));
    return { [`/v1/numbers/:id/${word}`]: { POST: route } };
  });
  return routes.reduce((all, each) => ({ ...all, ...each }), {});
}

/** @throws HttpError unknown_number */
async function showNumber(call: NumberCall, deps: NumberDeps): Promise<Response> {
  const row = await rowOf(call, deps);
  const [events, attempts, nameDecision] = await Promise.all([
    deps.store.numbers.eventsOf(row.phoneNumberId),
    deps.store.attempts.of(row.phoneNumberId),
    deps.store.inbox.nameDecisionOf(row.phoneNumberId),
  ]);
  const { temporal } = deps;
  const known = { events, attempts, nameDecision };
  const details = detailsOf(row, { ...known, nowMs: deps.nowMs(), temporal });
  return answerJson({ ...details, status_url: statusUrlOf(row.phoneNumberId) });
}

/** As Meta showed it last: who asked stands in the number's history. */
async function showCertificate(call: NumberCall, deps: NumberDeps): Promise<Response> {
  const { phoneNumberId } = await rowOf(call, deps);
  const order = { phoneNumberId, actor: call.actor };
  const certificate = (await revealCertificate(deps, order)).reveal();
  return answerJson({ phone_number_id: phoneNumberId, certificate });
}

/** The answer comes from the onboarding itself, or is its reason to refuse. */
async function giveOrder(
  call: NumberCall,
  deps: NumberDeps,
  { word, name }: { readonly word: string; readonly name: OrderName },
): Promise<Response> {
  const { idempotencyKey: key } = call;
  const { phoneNumberId, outcome } = await rowOf(call, deps);
  if (outcome !== undefined) {
    throw new HttpError('not_now', { message: `The onboarding has ended: ${outcome}` });
  }
  const requestId = key === undefined ? call.requestId : deps.hash(word, phoneNumberId, key);
  try {
    const by = { actor: call.actor, requestId };
    const progress = await deps.onboardings.order(phoneNumberId, name, by);
    return answerJson({ phone_number_id: phoneNumberId, ...progressView(progress) });
  } catch (error) {
    if (!(error instanceof OnboardingUnknown)) throw error;
    throw new HttpError('not_now', { message: 'The onboarding has not started yet; it will' });
  }
}

async function rowOf({ params }: NumberCall, { store }: NumberDeps): Promise<NumberRow> {
  const row = await store.numbers.byId(params.id);
  if (row === undefined) throw new HttpError('unknown_number');
  return row;
}
