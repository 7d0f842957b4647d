import { entryOf, type HttpError } from '../errors.ts';
import type { Routes } from '../routes.ts';
import { readAssets } from './assets.ts';
import { errorPage } from './error-page.ts';
import { postMove, showNumberPage, type NumberPagesDeps } from './numbers.ts';
import { answerPage } from './page.ts';

export interface Console {
  /** For people who may look at numbers. */
  readonly pages: Routes;
  /** For everybody: what they need to look right. */
  readonly assets: Routes;
  /** What a browser is shown where there is no page to show it on. */
  readonly answerFailure: (error: HttpError, requestId: string) => Promise<Response>;
}

/** The pages of people. Every one works without a script. */
export function createConsole(rest: Omit<NumberPagesDeps, 'assets'>): Console {
  const assets = readAssets();
  const deps = { ...rest, assets };
  return {
    pages: {
      '/numbers/:id': { GET: (call) => showNumberPage(call, deps) },
      '/numbers/:id/moves/:move': { POST: (call) => postMove(call, deps) },
    },
    assets: { '/assets/:name': { GET: (call) => assets.serve(call) } },
    answerFailure: (error, requestId) =>
      answerPage(errorPage(error.message, requestId), assets, entryOf(error.code).status),
  };
}
