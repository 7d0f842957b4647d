import { Hono } from 'hono';
import type { Log } from '../desk/log.ts';
import { ANSWER_HEADERS, answerError, newRequestId } from './answers.ts';
import { HttpError } from './errors.ts';
import { addRoutes } from './routes.ts';

export interface MetricsAppDeps {
  readonly page: () => Promise<string>;
  readonly contentType: string;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** One page for Prometheus. It holds no secret and no phone number, and asks nobody who he is: its listener is not a public one. */
export function createMetricsApp(deps: MetricsAppDeps): Hono {
  const app = new Hono();
  const headers = { ...ANSWER_HEADERS, 'content-type': deps.contentType };
  const answerPage = async (): Promise<Response> => new Response(await deps.page(), { headers });
  addRoutes(app, { '/metrics': { GET: answerPage } }, deps);
  app.notFound(() => answerError(new HttpError('not_found'), newRequestId()));
  return app;
}
