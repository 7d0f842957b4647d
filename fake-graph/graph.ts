import type { ServerResponse } from 'node:http';

import { answerOf, deliver, dropConnection, pause } from './answer.ts';
import { virtualNowMs } from './clock.ts';
import { isRequestFault, strike } from './faults.ts';
import { GraphRefusal, unknownPath } from './graph-errors.ts';
import { noteAnswer, openRow } from './ledger.ts';
import { isOnprem } from './routes.ts';
import { outcomeOf } from './outcome.ts';
import { basicOf, bearerOf, parametersOf } from './request.ts';
import type { Call } from './call.ts';
import type { Fault } from './fault-kinds.ts';
import type { Outcome } from './outcome.ts';
import type { Incoming } from './request.ts';
import type { Fake, LedgerRow } from './world.ts';

// Version of an answer to a path that names none.
const NEWEST_VERSION = 'v26.0';

export interface GraphDoor {
  serve: (incoming: Incoming, response: ServerResponse) => Promise<void>;
}

/** The Graph side of the server. `changed` is called after every step that may have changed the world. */
export function createGraphDoor(fake: Fake, origin: string, changed: () => void): GraphDoor {
  const registering = new Map<string, number>();

  return {
    serve: async (incoming, response) => {
      const params = parametersOf(incoming);
      const seen = callOf(fake, incoming, { params: params ?? new Map<string, string>(), origin });
      const row = openRow(seen);
      trackDelivery(row, response, changed);
      if (row.number !== undefined && seen.segments[1] === 'register')
        trackConcurrency(registering, { number: row.number, row, response });

      const { method, path } = seen;
      const fault = strike(fake.world, { method, path, number: row.number }, isRequestFault);
      row.fault = fault?.kind;
      if (await isStopped(fault, response)) return;
      const call: Call = { ...seen, nowMs: virtualNowMs(fake.world.clock), row, fault };

      const problem = requestProblem(call, params === undefined);
      const outcome: Outcome = problem
        ? { kind: 'refused', refusal: problem }
        : await outcomeOf(call);
      const answer = answerOf(call, outcome);
      noteAnswer(row, outcome, answer);
      changed();
      await deliver(response, answer, fault);
    },
  };
}

function callOf(
  fake: Fake,
  incoming: Incoming,
  { params, origin }: { params: Map<string, string>; origin: string },
): Omit<Call, 'row' | 'fault'> {
  const path = incoming.url.pathname;
  const [, version = '', ...segments] = path.replace(/\/$/, '').split('/');
  const isVersion = /^v[0-9]+\.[0-9]+$/.test(version);
  return {
    fake,
    nowMs: virtualNowMs(fake.world.clock),
    origin,
    method: incoming.method,
    path,
    version: isVersion ? version : NEWEST_VERSION,
    segments: isVersion ? segments : [],
    params,
    token: bearerOf(incoming),
    basic: basicOf(incoming),
  };
}

function requestProblem(call: Call, isBroken: boolean): GraphRefusal | undefined {
  if (call.segments.length === 0 && !isOnprem(call)) return unknownPath(call.path);
  if (isBroken) return new GraphRefusal(100, { details: 'The body could not be read.' });
  return undefined;
}

/** Faults that strike before the request has reached any rule. */
async function isStopped(fault: Fault | undefined, response: ServerResponse): Promise<boolean> {
  if (fault?.kind === 'drop_before') dropConnection(response);
  if (fault?.kind === 'hang' && fault.when === 'before') await pause(response, fault.ms);
  return response.destroyed;
}

function trackDelivery(row: LedgerRow, response: ServerResponse, changed: () => void): void {
  response.once('finish', () => {
    row.answerDelivered = true;
    changed();
  });
}

function trackConcurrency(
  registering: Map<string, number>,
  { number, row, response }: { number: string; row: LedgerRow; response: ServerResponse },
): void {
  row.concurrent = (registering.get(number) ?? 0) + 1;
  registering.set(number, row.concurrent);
  response.once('close', () => {
    registering.set(number, (registering.get(number) ?? 1) - 1);
  });
}
