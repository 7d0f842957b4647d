import { html } from 'hono/html';
import type { Page } from './page.ts';

/** `refusal`: why the last try did not work. */
export function loginPage(refusal?: string): Page {
  return {
    title: 'Log in',
    main: html`<h1>Log in</h1>
      ${refusal === undefined ? '' : html`<p class="lead" role="alert">${refusal}</p>`}
      <form method="post" action="/login">
        <label for="token">API token</label>
        <input id="token" name="token" type="password" autocomplete="off" required />
        <button>Log in</button>
      </form>
      <p>
        An administrator makes tokens on the machine of the service:
        <code>whatsapp-onboarding tokens new</code>
      </p>`,
  };
}
