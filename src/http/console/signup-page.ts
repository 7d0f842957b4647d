import { html } from 'hono/html';
import { noticePart, type Notice } from './notices.ts';
import type { Html, Page } from './page.ts';

/** How this app's Embedded Signup is started. */
export interface EmbeddedSignup {
  readonly appId: string;
  readonly configId: string;
  readonly graphVersion: string;
  /** Of Meta's JavaScript SDK, or of the emulator's. */
  readonly sdkUrl: string;
}

interface SignupPage {
  readonly embeddedSignup: EmbeddedSignup | undefined;
  /** Of a browser that has logged in: only that one can start a signup. */
  readonly keys: { readonly state: string; readonly csrfToken: string } | undefined;
  readonly notice: Notice | undefined;
  readonly scriptUrl: string;
}

/** Where Meta's SDK sends its calls and opens its frames. */
const META_ORIGINS = 'https://*.facebook.com https://*.facebook.net';

export function signupPage({ embeddedSignup, keys, notice, scriptUrl }: SignupPage): Page {
  const isReady = embeddedSignup !== undefined && keys !== undefined;
  return {
    title: 'Sign up a number',
    place: '/signup',
    main: html`<h1>Sign up a number</h1>
      ${notice === undefined ? '' : noticePart(notice)}
      <p class="lead">
        Your customer logs in at Meta, and picks or adds a number there. Its onboarding begins as
        soon as the window closes: you see it on the next page.
      </p>
      ${isReady ? startPart(embeddedSignup, { ...keys, scriptUrl }) : notReadyPart(embeddedSignup)}`,
    ...(isReady && { policy: policyFor(embeddedSignup) }),
  };
}

function startPart(
  { appId, configId, graphVersion, sdkUrl }: EmbeddedSignup,
  keys: { readonly state: string; readonly csrfToken: string; readonly scriptUrl: string },
): Html {
  const { state, csrfToken, scriptUrl } = keys;
  return html`<form
      class="card"
      id="signup"
      method="post"
      action="/signup"
      data-app-id="${appId}"
      data-config-id="${configId}"
      data-graph-version="${graphVersion}"
      data-sdk-origin="${new URL(sdkUrl).origin}"
    >
      <input type="hidden" name="csrf_token" value="${csrfToken}" />
      <input type="hidden" name="state" value="${state}" />
      <input type="hidden" name="code" />
      <input type="hidden" name="waba_id" />
      <input type="hidden" name="phone_number_id" />
      <input type="hidden" name="is_account" />
      <button class="primary" type="button" disabled>Start Embedded Signup</button>
      <p role="status">Loading Meta's part of the page …</p>
      <noscript><p>Embedded Signup is a script of Meta's: it needs JavaScript.</p></noscript>
    </form>
    <script src="${scriptUrl}" defer></script>
    <script src="${sdkUrl}" defer></script>`;
}

function notReadyPart(embeddedSignup: EmbeddedSignup | undefined): Html {
  return embeddedSignup === undefined
    ? html`<p class="card">
        Not set up: set META_SIGNUP_CONFIG_ID to the ID of the app's Facebook Login configuration,
        and restart.
      </p>`
    : html`<p class="card">Log in with a browser first: <a href="/login">log in</a>.</p>`;
}

/** The only page that runs a script of Meta's. Its window must be able to see where it was opened. */
function policyFor({ sdkUrl }: EmbeddedSignup): NonNullable<Page['policy']> {
  const { origin } = new URL(sdkUrl);
  return {
    sources: [
      `script-src 'self' ${origin}`,
      `connect-src 'self' ${META_ORIGINS}`,
      `frame-src ${META_ORIGINS}`,
      `img-src 'self' ${META_ORIGINS}`,
    ],
    referrer: 'strict-origin-when-cross-origin',
  };
}
