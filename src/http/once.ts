import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../desk/log.ts';
import type { Begun, KeptAnswer, NamedOrder, Orders } from '../store/named-orders.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { ANSWER_HEADERS, answerError, httpErrorOf } from './answers.ts';
import { HttpError, type ErrorCode } from './errors.ts';
import type { KeyedHash } from './keyed-hash.ts';

/** How long a repeat waits for the order it repeats. */
const TWIN_MS = 6000;
const LOOK_EVERY_MS = 100;

/** After these the order was, or may have been, carried out or counted at Meta. All other refusals came before anything was done. */
const KEPT_ERRORS: readonly ErrorCode[] = ['refused_by_meta', 'outcome_unknown'];

interface OnceDeps {
  readonly store: { readonly orders: Orders };
  readonly hash: KeyedHash;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  readonly log: Log;
}

interface Order {
  /** Who gives it: keys of others are others. */
  readonly actor: string;
  readonly key: string;
  /** All that makes it this order. */
  readonly asked: readonly string[];
  readonly requestId: string;
  readonly run: () => Promise<Response>;
}

/** Carries an order out once under its key; a repeat gets the answer of the first. @throws HttpError */
export type Once = (order: Order) => Promise<Response>;

export function createOnce(deps: OnceDeps): Once {
  const { store, hash } = deps;
  return async (order) => {
    const named = {
      nameHash: hash('order', order.actor, order.key),
      bodyHash: hash('ordered', ...order.asked),
    };
    const begun = await settled(deps, named, await store.orders.begin(named));
    switch (begun.kind) {
      case 'new':
        return carryOut(deps, named, order);
      case 'answered':
        return again(begun);
      case 'other-body':
        throw new HttpError('idempotency_key_reused');
      case 'running':
        throw new HttpError('order_in_progress');
      case 'lost':
        throw new HttpError('outcome_unknown');
    }
  };
}

/** A twin waits for the answer of the first. */
async function settled(
  { store, monotonicMs }: OnceDeps,
  named: NamedOrder,
  first: Begun,
): Promise<Begun> {
  const untilMs = monotonicMs() + TWIN_MS;
  let begun = first;
  while (begun.kind === 'running' && monotonicMs() < untilMs) {
    await wait(LOOK_EVERY_MS);
    begun = await store.orders.begin(named);
  }
  return begun;
}

async function carryOut(deps: OnceDeps, { nameHash }: NamedOrder, order: Order): Promise<Response> {
  const { store, nowMs } = deps;
  try {
    const response = await order.run();
    await keep(deps, nameHash, response);
    return response;
  } catch (error) {
    const known = httpErrorOf(error, nowMs());
    if (known === undefined || !KEPT_ERRORS.includes(known.code)) {
      await orNot(deps, () => store.orders.drop(nameHash));
    } else {
      await keep(deps, nameHash, answerError(known, order.requestId));
    }
    throw error;
  }
}

async function keep(deps: OnceDeps, nameHash: string, response: Response): Promise<void> {
  const location = response.headers.get('location');
  const kept = {
    ...{ status: response.status, answer: await response.clone().text() },
    ...(location !== null && { location }),
  };
  await orNot(deps, () => deps.store.orders.keepAnswer(nameHash, kept));
}

/** The order is carried out: that this cannot be written down is no reason to say it was not. */
async function orNot({ log }: OnceDeps, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    log.warn({ err: error }, 'the answer to an order was not kept');
  }
}

function again({ status, answer, location }: KeptAnswer): Response {
  return new Response(answer, {
    status,
    headers: {
      ...{ ...ANSWER_HEADERS, 'content-type': 'application/json; charset=utf-8' },
      'idempotent-replayed': 'true',
      ...(location !== undefined && { location }),
    },
  });
}
