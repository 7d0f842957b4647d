import { html } from 'hono/html';
import { ANSWER_HEADERS } from '../answers.ts';
import type { Caller } from '../routes.ts';
import type { Assets } from './assets.ts';

/** Escaped: `html` of Hono makes it, and lets nothing else through as it is. */
export type Html = ReturnType<typeof html>;

export interface Page {
  readonly title: string;
  /** Which of the entries at the top it belongs to. */
  readonly place?: string;
  readonly main: Html;
  /** Server-sent events that make parts of the page look different. */
  readonly feed?: string;
  /** What it may load beside our own files. */
  readonly policy?: { readonly sources: readonly string[]; readonly referrer: string };
}

/** Whatever gets into a page, no script of another origin and none within the page runs. */
const POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
];

const PLACES = [
  ['/', 'Numbers'],
  ['/signup', 'Sign up'],
] as const;

/** What stands around the page, and how it is answered. */
export interface Frame {
  readonly status?: number;
  /** Whom the page is shown to; absent where we do not know, or do not ask. */
  readonly caller?: Pick<Caller, 'owner' | 'role' | 'session'>;
}

export async function answerPage(
  page: Page,
  assets: Assets,
  { status = 200, caller }: Frame = {},
): Promise<Response> {
  const text = String(await layoutOf(page, assets, caller));
  return new Response(text, { status, headers: headersOf(page) });
}

/** Without a referrer browsers would also keep the origin of a form from us, so it goes to our own pages. */
function headersOf({ policy }: Page): Readonly<Record<string, string>> {
  return {
    ...ANSWER_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [...POLICY, ...(policy?.sources ?? [])].join('; '),
    'referrer-policy': policy?.referrer ?? 'same-origin',
  };
}

/** After a form has done its work, so that looking at the page again does not do it again. */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { ...ANSWER_HEADERS, location } });
}

function layoutOf(
  { title, place, main, feed }: Page,
  { urlOf }: Assets,
  caller: Frame['caller'],
): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · WhatsApp numbers</title>
        <link rel="icon" href="${urlOf('icon.svg')}" />
        <link rel="stylesheet" href="${urlOf('console.css')}" />
        <script src="${urlOf('console.js')}" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">WhatsApp numbers</a>
          <nav aria-label="Pages">
            ${PLACES.map(
              ([path, name]) =>
                html`<a href="${path}" ${path === place ? html`aria-current="page"` : ''}
                  >${name}</a
                >`,
            )}
          </nav>
          ${caller === undefined ? '' : whoPart(caller)}
        </header>
        <main id="main" tabindex="-1" ${feed === undefined ? '' : html`data-feed="${feed}"`}>
          ${main}
        </main>
        <footer class="foot">
          <a href="/docs" ${place === '/docs' ? html`aria-current="page"` : ''}>HTTP API</a>
          <a href="/openapi.json">OpenAPI</a>
        </footer>
      </body>
    </html>`;
}

/** Who is logged in, and the way out. Whoever shows a token with each call has no session to end. */
function whoPart({ owner, role, session }: NonNullable<Frame['caller']>): Html {
  return html`<div class="who-am-i">
    <span class="owner">${owner}</span> <span class="pill">${role}</span>
    ${
      session !== undefined &&
      html`<form method="post" action="/logout">
        <input type="hidden" name="csrf_token" value="${session.csrfToken}" />
        <button>Log out</button>
      </form>`
    }
  </div>`;
}
