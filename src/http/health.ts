import type { Store } from '../store/store.ts';
import { answerJson } from './answers.ts';
import { json } from './contract.ts';
import type { Onboardings } from './onboardings.ts';
import { health, readiness } from './shapes.ts';

export const HEALTH = {
  summary: 'The process lives',
  answers: { 200: json('It does', health) },
};

export const READINESS = {
  summary: 'What the process needs, each by its name',
  answers: { 200: json('All of it is there', readiness), 503: json('Some is not', readiness) },
};

/** The process lives. */
export function answerHealth(): Response {
  return answerJson({ status: 'ok' });
}

/** What the process needs, each by its name. */
export async function answerReadiness(deps: {
  readonly store: Pick<Store, 'check'>;
  readonly onboardings: Pick<Onboardings, 'check'>;
}): Promise<Response> {
  const [store, temporal] = await Promise.all([
    isUp(() => deps.store.check()),
    isUp(() => deps.onboardings.check()),
  ]);
  const isReady = store && temporal;
  const body = {
    status: isReady ? 'ok' : 'unavailable',
    store: store ? 'ok' : 'unavailable',
    temporal: temporal ? 'ok' : 'unavailable',
  };
  return answerJson(body, isReady ? 200 : 503);
}

function isUp(check: () => Promise<void>): Promise<boolean> {
  return check().then(
    () => true,
    () => false,
  );
}
