import { html } from 'hono/html';
import type { Move, MoveKind } from '../../desk/moves.ts';
import type { Html } from './page.ts';

export interface FormKeys {
  /** Sent with every form of the page: a form sent twice is one order. */
  readonly requestId: string;
  /** Proves that the form is ours. Empty for a caller without a session, who needs none. */
  readonly csrfToken: string;
}

/** What the person gives beside the order itself. */
const FIELDS: Partial<Readonly<Record<MoveKind, Html>>> = {
  'request-code': html`<fieldset class="row">
      <legend>How</legend>
      <label><input type="radio" name="method" value="SMS" checked /> text message</label>
      <label><input type="radio" name="method" value="VOICE" /> voice call</label>
    </fieldset>
    <label for="language">Language of the code, such as en_US</label>
    <input
      id="language"
      name="language"
      value="en_US"
      required
      pattern="[a-z]{2,3}(_[A-Z]{2})?"
      autocomplete="off"
    />`,
  'submit-code': html`<label for="code">Code, six digits</label>
    <input
      id="code"
      name="code"
      inputmode="numeric"
      pattern="[0-9]{6}"
      maxlength="6"
      required
      autocomplete="one-time-code"
    />`,
  'change-name': html`<label for="name">New display name</label>
    <input id="name" name="name" minlength="3" maxlength="75" required autocomplete="off" />`,
  'tell-pin': html`<label for="pin">The number's PIN, six digits</label>
    <input
      id="pin"
      name="pin"
      type="password"
      inputmode="numeric"
      pattern="[0-9]{6}"
      maxlength="6"
      required
      autocomplete="off"
    />`,
};

/** One form for each move, the advised ones first; the others wait behind a click. */
export function movesPart(id: string, moves: readonly Move[], keys: FormKeys): Html | string {
  const advised = moves.filter(({ isAdvised }) => isAdvised);
  const others = moves.filter(({ isAdvised }) => !isAdvised);
  if (moves.length === 0) return '';
  const forms = (list: readonly Move[]): readonly Html[] =>
    list.map((move) => formOf(id, move, keys));
  return html`<section aria-labelledby="moves">
    <h2 id="moves">What you can do</h2>
    ${advised.length === 0 ? '' : html`<div class="moves advised">${forms(advised)}</div>`}
    ${
      others.length === 0
        ? ''
        : html`<details ${advised.length === 0 ? html`open` : ''}>
            <summary>${advised.length === 0 ? 'Possible moves' : 'Other moves'}</summary>
            <div class="moves">${forms(others)}</div>
          </details>`
    }
  </section>`;
}

function formOf(id: string, move: Move, { requestId, csrfToken }: FormKeys): Html {
  const { kind, title, effect, confirm } = move;
  return html`<form class="move" method="post" action="/numbers/${id}/moves/${kind}">
    <input type="hidden" name="request_id" value="${requestId}" />
    <input type="hidden" name="csrf_token" value="${csrfToken}" />
    <p id="effect-${kind}">${effect}</p>
    ${FIELDS[kind] ?? ''}
    ${
      confirm === undefined
        ? ''
        : html`<label class="confirm"
            ><input type="checkbox" name="confirmed" value="yes" required /> ${confirm}</label
          >`
    }
    <button aria-describedby="effect-${kind}">${title}</button>
  </form>`;
}
