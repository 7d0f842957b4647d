import type { DescribedRoute } from '../described.ts';
import { entryOf, type HttpError } from '../errors.ts';
import { anyone, operator, viewer, type Routes } from '../routes.ts';
import { readAssets } from './assets.ts';
import { postAdoption, postNewNumber, showAccountPage, type AccountPagesDeps } from './accounts.ts';
import { docsPage } from './docs-page.ts';
import { errorPage } from './error-page.ts';
import { showFleetPage } from './fleet.ts';
import { postMove, showNumberPage, type NumberPagesDeps } from './numbers.ts';
import { answerPage, type Page } from './page.ts';
import { postSignup, showSignupPage, type SignupPageDeps } from './signup.ts';

export interface Console {
  /** For people who may look at numbers. */
  readonly pages: Routes;
  /** For everybody: the reference of the API, and what pages need to look right. */
  readonly assets: Routes;
  /** What a browser is shown where there is no page to show it on. */
  readonly answerFailure: (error: HttpError, requestId: string) => Promise<Response>;
  /** A page that somebody else has made. */
  readonly show: (page: Page, status?: number) => Promise<Response>;
}

/** The pages of people. Every one works without a script. */
export function createConsole(
  rest: Omit<NumberPagesDeps & SignupPageDeps & AccountPagesDeps, 'assets'> & {
    /** Of the API. */
    readonly described: readonly DescribedRoute[];
  },
): Console {
  const assets = readAssets();
  const deps = { ...rest, assets };
  let docs: Page | undefined;
  // It is the same for everybody, and takes some time to make.
  const showDocs = (): Promise<Response> => answerPage((docs ??= docsPage(rest.described)), assets);
  return {
    pages: {
      '/accounts/:waba_id': { GET: viewer((call) => showAccountPage(call, deps)) },
      '/accounts/:waba_id/adoptions': { POST: operator((call) => postAdoption(call, deps)) },
      '/accounts/:waba_id/numbers': { POST: operator((call) => postNewNumber(call, deps)) },
      '/signup': {
        GET: operator((call) => showSignupPage(call, deps)),
        POST: operator((call) => postSignup(call, deps)),
      },
      '/': { GET: viewer((call) => showFleetPage(call, deps)) },
      '/numbers/:id': { GET: viewer((call) => showNumberPage(call, deps)) },
      '/numbers/:id/moves/:move': { POST: operator((call) => postMove(call, deps)) },
    },
    assets: {
      '/assets/:name': { GET: anyone((call) => assets.serve(call)) },
      '/docs': { GET: anyone(showDocs) },
    },
    show: (page, status = 200) => answerPage(page, assets, { status }),
    answerFailure: (error, requestId) =>
      answerPage(errorPage(error.message, requestId), assets, {
        status: entryOf(error.code).status,
      }),
  };
}
