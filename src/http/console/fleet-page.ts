import { html } from 'hono/html';
import type { FleetCountsView, FleetView } from '../../desk/fleet.ts';
import type { NumberSummary } from '../../desk/number-view.ts';
import type { Query } from '../query.ts';
import { deadlinesChart } from './deadlines-chart.ts';
import { addressWith, filtersPart, moversPart } from './fleet-filters.ts';
import type { Html, Page } from './page.ts';
import { timeLeftBar } from './time-left.ts';
import { timeOf } from './time.ts';
import { causeText, stageText, standingOf } from './words.ts';

interface Fleet {
  readonly fleet: FleetView;
  readonly counts: FleetCountsView;
  readonly query: Query;
}

export function fleetPage({ fleet, counts, query }: Fleet): Page {
  return {
    title: 'Numbers',
    place: '/',
    feed: '/v1/events',
    main: html`<header class="fleet-head" data-live="fleet-head">
        <div>
          <h1>${counts.total} ${counts.total === 1 ? 'number' : 'numbers'}</h1>
          ${moversPart(counts, query)}
        </div>
        ${deadlinesChart(counts)}
      </header>
      ${filtersPart(counts, query)} ${listPart(fleet.numbers, query)} ${pagingPart(fleet, query)}`,
  };
}

function listPart(numbers: readonly NumberSummary[], query: Query): Html {
  if (numbers.length === 0) return emptyPart(query);
  return html`<section aria-label="Numbers by time left" data-live="fleet">
    <table class="fleet" data-keys="rows">
      <thead>
        <tr>
          <th scope="col">Time left</th>
          <th scope="col">Number</th>
          <th scope="col">Whose move</th>
          <th scope="col">Why</th>
          <th scope="col">Changed</th>
        </tr>
      </thead>
      <tbody>
        ${numbers.map(rowOf)}
      </tbody>
    </table>
  </section>`;
}

function rowOf(number: NumberSummary): Html {
  const { text, mood } = standingOf(number);
  const { phone_number_id: id, seconds_left: left, outcome } = number;
  return html`<tr>
    <td>${left === undefined ? noDeadline(outcome) : timeLeftBar(left)}</td>
    <td class="who">
      <a href="/numbers/${id}">${number.verified_name ?? 'Number without a name'}</a>
      <span class="soft">${number.display_phone_number}</span>
    </td>
    <td><span class="pill ${mood}">${text}</span></td>
    <td class="why"><span class="kind">${stageText(number.stage)}</span> ${whyOf(number)}</td>
    <td class="when">${timeOf(number.updated_at)}</td>
  </tr>`;
}

function noDeadline(outcome: string | undefined): Html {
  return html`<span class="soft">${outcome === undefined ? 'registered' : 'ended'}</span>`;
}

/** The first sentence: the number's page has the rest. */
function whyOf({ cause, advice }: NumberSummary): string {
  if (cause === undefined) return '';
  const [first = ''] = (advice ?? causeText(cause)).split(/(?<=\.) /);
  return first;
}

function emptyPart(query: Query): Html {
  return html`<section class="card" data-live="fleet">
    ${
      query.size === 0
        ? html`<p>No number yet. The first one shows here once its customer has signed up.</p>`
        : html`<p>No number is like that. <a href="/">Show all</a></p>`
    }
  </section>`;
}

function pagingPart({ after }: FleetView, query: Query): Html {
  const csv = addressWith(query, 'format', 'csv').slice(1);
  return html`<nav class="paging" aria-label="Pages of the list">
    ${query.has('after') ? html`<a href="${addressWith(query, 'after')}">First page</a>` : ''}
    ${
      after === undefined
        ? ''
        : html`<a rel="next" href="${addressWith(query, 'after', after)}">Next page</a>`
    }
    <a href="/v1/numbers${csv}">Download as CSV</a>
  </nav>`;
}
