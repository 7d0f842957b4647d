import { Hono } from 'hono';
import type { Log } from '../desk/log.ts';
import { ANSWER_HEADERS, answerError, newRequestId } from './answers.ts';
import { HttpError } from './errors.ts';
import { addRoutes, anyone, type Served } from './routes.ts';

export interface MetricsAppDeps {
  readonly page: () => Promise<string>;
  readonly contentType: string;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** One page for Prometheus. It holds no secret and no phone number, and asks nobody who he is: its listener is not a public one. */
export function createMetricsApp(deps: MetricsAppDeps): Hono<Served> {
  const app = new Hono<Served>();
  const headers = { ...ANSWER_HEADERS, 'content-type': deps.contentType };
  const answerPage = async (): Promise<Response> => new Response(await deps.page(), { headers });
  const admit = (): Promise<never> => Promise.reject(new HttpError('unauthenticated'));
  addRoutes(app, { '/metrics': { GET: anyone(answerPage) } }, { ...deps, admit });
  app.notFound(() => answerError(new HttpError('not_found'), newRequestId()));
  return app;
}
