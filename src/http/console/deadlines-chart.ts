import { html } from 'hono/html';
import type { FleetCountsView } from '../../desk/fleet.ts';
import type { Html } from './page.ts';

const DAYS = 14;
const COLUMN = 44;
const HEIGHT = 96;
const FLOOR_Y = 74;
const TOP_Y = 16;
/** The last notices of a deadline come at 4 and at 1 days. */
const SOON_DAYS = 4;

/** How many numbers must be registered on which of the next days. */
export function deadlinesChart({ days_left: daysLeft }: FleetCountsView): Html {
  const counts = Array.from({ length: DAYS }, (_, day) => countOn(daysLeft, day));
  const most = Math.max(...counts, 1);
  return html`<figure class="chart">
    <figcaption>Deadlines ahead, by days left</figcaption>
    <svg viewBox="0 0 ${DAYS * COLUMN} ${HEIGHT}" role="img" aria-label="${summaryOf(counts)}">
      <line class="axis" x1="0" y1="${FLOOR_Y}" x2="${DAYS * COLUMN}" y2="${FLOOR_Y}" />
      ${counts.map((count, day) => columnOf({ count, day, most }))}
    </svg>
  </figure>`;
}

function countOn(daysLeft: FleetCountsView['days_left'], day: number): number {
  return daysLeft.find(({ value }) => value === day.toString())?.count ?? 0;
}

interface Column {
  readonly count: number;
  readonly day: number;
  readonly most: number;
}

function columnOf({ count, day, most }: Column): Html {
  const height = count === 0 ? 0 : Math.max(3, Math.round((count / most) * (FLOOR_Y - TOP_Y)));
  const middle = day * COLUMN + COLUMN / 2;
  const top = FLOOR_Y - height;
  return html`<g class="${urgencyOf(day)}">
    <rect class="rest" x="${middle - 14}" y="${top}" width="28" height="${height}" />
    ${count === 0 ? '' : html`<text class="count" x="${middle}" y="${top - 4}">${count}</text>`}
    <text x="${middle}" y="${FLOOR_Y + 16}">${day}</text>
  </g>`;
}

function urgencyOf(day: number): string {
  if (day === 0) return 'urgent';
  return day < SOON_DAYS ? 'soon' : '';
}

function summaryOf(counts: readonly number[]): string {
  const days = counts.flatMap((count, day) =>
    count === 0 ? [] : [`${count} with ${day} ${day === 1 ? 'day' : 'days'} left`],
  );
  return days.length === 0 ? 'No deadline in the next 14 days' : days.join(', ');
}
