import { html } from 'hono/html';
import type { AccountView } from '../../desk/accounts.ts';
import type { NumberSummary } from '../../desk/number-view.ts';
import { textOf, type NumberView } from '../../desk/phone-numbers.ts';
import type { Form } from './form.ts';
import { noticePart, type Notice } from './notices.ts';
import type { Html, Page } from './page.ts';
import { timeOf } from './time.ts';
import { sentenceOf, stageText, standingOf } from './words.ts';

/** What Meta shows of an account just now. */
export type AtMeta =
  | {
      readonly kind: 'read';
      readonly account: AccountView;
      readonly numbers: readonly NumberView[];
      /** There are more. */
      readonly after: string | undefined;
    }
  | { readonly kind: 'unread'; readonly why: string };

interface AccountPage {
  readonly wabaId: string;
  readonly ours: readonly NumberSummary[];
  readonly atMeta: AtMeta;
  readonly notice: Notice | undefined;
  readonly csrfToken: string;
  /** What was filled in, if it did not work. */
  readonly form: Form;
}

/** A number at Meta, here, or both. */
interface Row {
  readonly id: string;
  readonly name: string;
  readonly digits: string;
  readonly atMeta: string;
  readonly ours: NumberSummary | undefined;
}

export function accountPage(shown: AccountPage): Page {
  const { wabaId, atMeta, notice } = shown;
  const name = atMeta.kind === 'read' ? atMeta.account.name : undefined;
  return {
    title: name ?? `Account ${wabaId}`,
    main: html`<nav class="crumbs" aria-label="Where you are"><a href="/">Numbers</a></nav>
      <header class="head">
        <h1>${name ?? 'Account'} <span class="digits">${wabaId}</span></h1>
        ${atMeta.kind === 'read' ? factsPart(atMeta.account) : ''}
      </header>
      ${notice === undefined ? '' : noticePart(notice)}
      ${
        atMeta.kind === 'read'
          ? ''
          : html`<p class="card">Meta's side is missing: ${sentenceOf(atMeta.why)}</p>`
      }
      ${numbersPart(shown)} ${addPart(shown)}`,
  };
}

function factsPart({ token, subscribed_apps: apps, ...account }: AccountView): Html {
  const isSubscribed = apps.some(({ is_ours: isOurs }) => isOurs);
  const end =
    token.expires_at === undefined ? 'has no end' : html`ends ${timeOf(token.expires_at)}`;
  return html`<dl class="facts">
    <div>
      <dt>Review</dt>
      <dd>${account.account_review_status ?? 'not told'}</dd>
    </div>
    <div>
      <dt>Business</dt>
      <dd>${account.business_verification_status ?? 'not told'}</dd>
    </div>
    <div>
      <dt>Our access</dt>
      <dd>${token.is_valid ? end : 'is not valid: the customer must sign up again'}</dd>
    </div>
    <div>
      <dt>Webhooks</dt>
      <dd>${isSubscribed ? 'our app is subscribed' : 'our app is not subscribed'}</dd>
    </div>
  </dl>`;
}

function numbersPart({ wabaId, ours, atMeta, csrfToken }: AccountPage): Html {
  const rows = rowsOf(ours, atMeta);
  const missing = rows.filter((row) => row.ours === undefined);
  return html`<section aria-labelledby="numbers">
    <h2 id="numbers">Numbers at Meta, and here</h2>
    <div class="scroll" role="region" aria-label="Numbers of the account" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Number</th>
            <th scope="col">At Meta</th>
            <th scope="col">Here</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => rowPart(row, { wabaId, csrfToken }))}
        </tbody>
      </table>
    </div>
    ${rows.length === 0 ? html`<p>None.</p>` : ''}
    ${
      atMeta.kind === 'read' && atMeta.after !== undefined
        ? html`<p class="soft">Meta has more; these are the first hundred.</p>`
        : ''
    }
    ${missing.length < 2 ? '' : adoptForm({ wabaId, csrfToken }, 'Take all of them up')}
  </section>`;
}

function rowPart(row: Row, keys: { readonly wabaId: string; readonly csrfToken: string }): Html {
  const { id, name, digits, atMeta, ours } = row;
  const standing = ours && standingOf(ours);
  return html`<tr>
    <td class="who">
      ${ours === undefined ? name : html`<a href="/numbers/${id}">${name}</a>`}
      <span class="soft">${digits}</span>
    </td>
    <td>${atMeta}</td>
    <td>
      ${
        ours === undefined || standing === undefined
          ? adoptForm(keys, 'Take up', row)
          : html`<span class="pill ${standing.mood}">${standing.text}</span>
              ${stageText(ours.stage)}`
      }
    </td>
  </tr>`;
}

function adoptForm(
  { wabaId, csrfToken }: { readonly wabaId: string; readonly csrfToken: string },
  title: string,
  row?: Row,
): Html {
  return html`<form method="post" action="/accounts/${wabaId}/adoptions">
    <input type="hidden" name="csrf_token" value="${csrfToken}" />
    ${row === undefined ? '' : html`<input type="hidden" name="phone_number_id" value="${row.id}" />`}
    <button ${row === undefined ? '' : html`aria-label="${title} ${row.name} ${row.digits}"`}>
      ${title}
    </button>
  </form>`;
}

function addPart({ wabaId, csrfToken, form }: AccountPage): Html {
  const given = (name: string): string => form.get(name) ?? '';
  return html`<section aria-labelledby="add">
    <h2 id="add">Add a number</h2>
    <form class="move" method="post" action="/accounts/${wabaId}/numbers">
      <input type="hidden" name="csrf_token" value="${csrfToken}" />
      <p id="effect-add">
        Adds it to the account at Meta, and begins its onboarding, which then waits for a code. Meta
        has no call that takes it away again.
      </p>
      <label for="cc">Country code</label>
      <input
        id="cc"
        name="cc"
        value="${given('cc')}"
        inputmode="tel"
        required
        maxlength="5"
        autocomplete="off"
      />
      <label for="phone_number">Number, without the country code</label>
      <input
        id="phone_number"
        name="phone_number"
        value="${given('phone_number')}"
        inputmode="tel"
        required
        maxlength="24"
        autocomplete="off"
      />
      <label for="name">Display name, which Meta reviews</label>
      <input
        id="name"
        name="name"
        value="${given('name')}"
        required
        maxlength="75"
        autocomplete="off"
      />
      <button aria-describedby="effect-add">Add the number</button>
    </form>
  </section>`;
}

/** Meta's list first, as it is the longer one; what is only here has left the account. */
function rowsOf(ours: readonly NumberSummary[], atMeta: AtMeta): readonly Row[] {
  const known = new Map<string, NumberSummary>(
    ours.map((number) => [number.phone_number_id, number]),
  );
  const listed = atMeta.kind === 'read' ? atMeta.numbers : [];
  const ids = new Set(listed.map(({ id }) => textOf(id)));
  const missing = atMeta.kind === 'read' ? 'not in its list' : 'not read';
  return [
    ...listed.map((number) => rowAtMeta(number, known)),
    ...ours
      .filter(({ phone_number_id: id }) => !ids.has(id))
      .map((number) => ({
        ...{ id: number.phone_number_id, digits: number.display_phone_number, ours: number },
        ...{ name: number.verified_name ?? 'Number without a name', atMeta: missing },
      })),
  ];
}

function rowAtMeta(number: NumberView, known: ReadonlyMap<string, NumberSummary>): Row {
  const id = textOf(number['id']);
  const states = ['status', 'code_verification_status', 'name_status'].map((name) =>
    textOf(number[name]),
  );
  return {
    ...{ id, digits: textOf(number['display_phone_number']) },
    name: textOf(number['verified_name']) || 'Number without a name',
    atMeta: states.filter((state) => state !== '').join(', '),
    ours: known.get(id),
  };
}
