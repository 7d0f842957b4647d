import { html } from 'hono/html';
import type { Page } from './page.ts';
import { sentenceOf } from './words.ts';

/** Where there is no page to show the sentence on. */
export function errorPage(message: string, requestId: string): Page {
  return {
    title: 'Not possible',
    main: html`<h1>This did not work</h1>
      <p class="lead" role="alert">${sentenceOf(message)}</p>
      <p><a href="/">Back to the numbers</a></p>
      <p class="raw">Request ${requestId}</p>`,
  };
}

/** A secret is shown once, and kept by nobody. */
export function secretPage(given: {
  readonly what: string;
  readonly secret: string;
  readonly back: string;
}): Page {
  const { what, secret, back } = given;
  return {
    title: what,
    main: html`<h1>${what}</h1>
      <p>Shown once. The history of the number says that you have seen it.</p>
      <label for="secret">${what}</label>
      <textarea id="secret" class="secret" readonly rows="8" autocomplete="off">${secret}</textarea>
      <p><a href="${back}">Back to the number</a></p>`,
  };
}
