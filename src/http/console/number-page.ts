import { html } from 'hono/html';
import type { Move } from '../../desk/moves.ts';
import type { NumberDetails } from '../../desk/number-view.ts';
import { movesPart, type FormKeys } from './move-forms.ts';
import { noticePart, type Notice } from './notices.ts';
import type { Html, Page } from './page.ts';
import { timeLeftBar } from './time-left.ts';
import { dateText, timeOf } from './time.ts';
import { timelinePart } from './timeline.ts';
import { tracksPart } from './tracks.ts';
import { causeText, stageText, standingOf } from './words.ts';

/** What Meta counts in 72 hours, of which the last two are never used. */
const ATTEMPTS_FOR_US = 8;

export interface NumberPage {
  readonly number: NumberDetails;
  readonly moves: readonly Move[];
  readonly keys: FormKeys;
  readonly nowMs: number;
  /** What has just been done, or why not. */
  readonly notice: Notice | undefined;
}

export function numberPage({ number, moves, keys, nowMs, notice }: NumberPage): Page {
  const title = number.verified_name ?? 'Number without a name';
  return {
    title: `${title} ${number.display_phone_number}`.trimEnd(),
    feed: `/v1/numbers/${number.phone_number_id}/events`,
    main: html`<nav class="crumbs" aria-label="Where you are"><a href="/">Numbers</a></nav>
      ${headPart(number, title)} ${notice === undefined ? '' : noticePart(notice)}
      ${standingPart(number)}
      <div class="contents" data-live="moves">
        ${movesPart(number.phone_number_id, moves, keys)}
      </div>
      ${tracksPart(number)} ${timelinePart(number, nowMs)} ${attemptsPart(number)}
      ${historyPart(number)}`,
  };
}

function headPart(number: NumberDetails, title: string): Html {
  const { phone_number_id: id, waba_id: waba, temporal_url: url } = number;
  return html`<header class="head">
    <h1>${title} <span class="digits">${number.display_phone_number}</span></h1>
    <dl class="facts">
      <div>
        <dt>Number</dt>
        <dd>${id}</dd>
      </div>
      <div>
        <dt>Account</dt>
        <dd><a href="/accounts/${waba}">${waba}</a></dd>
      </div>
      <div>
        <dt>Changed</dt>
        <dd>${timeOf(number.updated_at)}</dd>
      </div>
      ${
        url === undefined
          ? ''
          : html`<div>
              <dt>Temporal</dt>
              <dd><a href="${url}">its workflow</a></dd>
            </div>`
      }
    </dl>
  </header>`;
}

/** Whose move it is, why, and how long there is. */
function standingPart(number: NumberDetails): Html {
  const { text, mood } = standingOf(number);
  const { cause, advice, waiting_until: until } = number;
  return html`<section
    class="standing ${mood}"
    aria-label="Where it stands"
    data-live="standing"
    aria-live="polite"
  >
    <p class="mover"><strong>${text}</strong> <span>${stageText(number.stage)}</span></p>
    ${
      cause === undefined
        ? ''
        : html`<p class="cause"><strong>${causeText(cause)}.</strong> ${advice ?? ''}</p>`
    }
    ${metaSaid(number)}
    ${until === undefined ? '' : html`<p>Goes on by itself at ${timeOf(until)}.</p>`}
    ${timePart(number)}
  </section>`;
}

function timePart(number: NumberDetails): Html | string {
  const { deadline_at: deadlineAt, seconds_left: left, outcome } = number;
  if (deadlineAt === undefined)
    return outcome === undefined
      ? html`<p class="left">No deadline: it came without a signup.</p>`
      : '';
  if (left === undefined) return '';
  return html`<p class="left">${timeLeftBar(left)} until ${timeOf(deadlineAt)}</p>`;
}

function metaSaid({ refusal }: NumberDetails): Html | string {
  if (refusal?.code === undefined) return '';
  const { code, subcode, trace_id: trace } = refusal;
  const known = [code, subcode].filter((part) => part !== undefined).join('/');
  const text = `Meta's code ${known}${trace === undefined ? '' : `, trace ${trace}`}`;
  return html`<p class="raw">${text}</p>`;
}

function attemptsPart({ attempts_left: left }: NumberDetails): Html {
  const used = ATTEMPTS_FOR_US - left.operator;
  const marks = Array.from({ length: ATTEMPTS_FOR_US }, (_, i) => (i < used ? '●' : '○'));
  return html`<section aria-labelledby="attempts" data-live="attempts">
    <h2 id="attempts">Register requests</h2>
    <p>
      <span class="marks" aria-hidden="true">${marks.join(' ')}</span>
      ${left.automatic} left for the service and ${left.operator} with your retry, in 72 hours. Meta
      locks the number for three days after ten.
    </p>
  </section>`;
}

function historyPart({ events }: NumberDetails): Html {
  return html`<section aria-labelledby="history" data-live="history">
    <h2 id="history">History</h2>
    <div class="scroll" role="region" aria-label="History of the number" tabindex="0">
      <table class="history">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">Who</th>
          </tr>
        </thead>
        <tbody>
          ${events.toReversed().map(
            ({ at, kind, text, actor }) =>
              html`<tr>
                <td class="when"><time datetime="${at}">${dateText(Date.parse(at))}</time></td>
                <td class="what">
                  <span class="kind">${causeText(kind.replaceAll('-', '_'))}</span> ${text}
                </td>
                <td>${actor}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
