import { html } from 'hono/html';
import type { FleetCountsView } from '../../desk/fleet.ts';
import type { WaitingFor } from '../../domain/onboarding.ts';
import type { Query } from '../query.ts';
import type { Html } from './page.ts';
import { causeText, moverText, outcomeText, stageText } from './words.ts';

type Group = Exclude<keyof FleetCountsView, 'total' | 'days_left'>;

interface Choice {
  /** As in the address, which is the one of `GET /v1/numbers` too. */
  readonly name: string;
  readonly label: string;
  readonly group: Group;
  readonly textOf: (value: string) => string;
}

const CHOICES: readonly Choice[] = [
  { name: 'waiting_for', label: 'Whose move', group: 'waiting_for', textOf: moverText },
  { name: 'stage', label: 'Stage', group: 'stage', textOf: stageText },
  { name: 'cause', label: 'Cause', group: 'cause', textOf: causeText },
  { name: 'account', label: 'Account', group: 'waba_id', textOf: (value) => value },
  { name: 'outcome', label: 'Outcome', group: 'outcome', textOf: outcomeText },
];

const MOVERS: readonly WaitingFor[] = ['operator', 'customer', 'meta', 'time', 'nobody'];

/** What the fleet's address may say. */
export const FLEET_QUERY = ['text', 'after', ...CHOICES.map(({ name }) => name)];

/** Everything is a plain address: a filtered list can be kept as a bookmark, and sent to a colleague. */
export function filtersPart(counts: FleetCountsView, query: Query): Html {
  return html`<form class="filters" method="get" action="/" role="search">
    <div>
      <label for="text">Number, name or id</label>
      <input
        id="text"
        name="text"
        type="search"
        maxlength="75"
        value="${query.get('text') ?? ''}"
        aria-keyshortcuts="/"
      />
    </div>
    ${CHOICES.map((choice) => selectOf(choice, counts[choice.group], query.get(choice.name)))}
    <button>Filter</button>
    ${query.size === 0 ? '' : html`<a href="/">Show all</a>`}
  </form>`;
}

function selectOf(
  { name, label, textOf }: Choice,
  counted: FleetCountsView[Group],
  chosen: string | undefined,
): Html {
  // What is chosen stays on the list, also when no number has it any more.
  const isCounted = chosen === undefined || counted.some(({ value }) => value === chosen);
  const values = isCounted ? counted : [...counted, { value: chosen, count: 0 }];
  return html`<div>
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      <option value="">Any</option>
      ${values.map(({ value, count }) => {
        const selected = value === chosen ? html`selected` : '';
        return html`<option value="${value}" ${selected}>${textOf(value)} (${count})</option>`;
      })}
    </select>
  </div>`;
}

/** The counts that decide what to do next, as links. */
export function moversPart(counts: FleetCountsView, query: Query): Html {
  const chosen = query.get('waiting_for');
  return html`<ul class="movers" aria-label="Numbers by whose move it is">
    ${moversOf(counts).map(({ value, count }) => {
      const isChosen = value === chosen;
      const address = addressWith(query, 'waiting_for', isChosen ? undefined : value);
      return html`<li>
        <a href="${address}" ${isChosen ? html`aria-current="true"` : ''}
          ><strong>${count}</strong> ${moverText(value)}</a
        >
      </li>`;
    })}
  </ul>`;
}

/** Always in the same place, those first who keep numbers waiting. */
function moversOf({ waiting_for: counted }: FleetCountsView): FleetCountsView['waiting_for'] {
  return MOVERS.flatMap((mover) => counted.filter(({ value }) => value === mover));
}

/** The same list with one word of its address changed, or taken away, from its first page. */
export function addressWith(query: Query, name: string, value?: string): string {
  const kept = [...query].filter(([key]) => key !== 'after' && key !== name);
  const search = new URLSearchParams(kept);
  if (value !== undefined) search.set(name, value);
  return search.size === 0 ? '/' : `/?${search.toString()}`;
}
