import { html } from 'hono/html';
import type { EventView, NumberDetails } from '../../desk/number-view.ts';
import type { Html } from './page.ts';
import { DAY_MS, dateText, spanText } from './time.ts';

const WIDTH = 1000;
const HEIGHT = 96;
const LEFT = 16;
const AXIS_Y = 60;
const ROW_HEIGHT = 11;
/** Events nearer to each other than this stand above each other. */
const NEAR = 11;
const MOST_ROWS = 4;
const SIGNUP_DAYS = 14;

/** Kinds of events by what they mean to the number; the others are neutral. */
const GOOD: readonly string[] = ['verified', 'registered', 'certificate-collected', 'ready'];
const BAD: readonly string[] = ['needs-action', 'deadline-at-risk', 'signup-expired', 'abandoned'];

interface Scale {
  readonly startMs: number;
  readonly endMs: number;
  readonly x: (atMs: number) => number;
}

/** With these an onboarding begins. */
const BEGINNINGS: readonly string[] = ['signed-up', 'adopted', 'added'];

/** What has happened since the signup, on the scale of its deadline; without one, of a fortnight at least. */
export function timelinePart(number: NumberDetails, nowMs: number): Html {
  const scale = scaleOf(number, nowMs);
  return html`<section aria-labelledby="timeline" data-live="timeline">
    <h2 id="timeline">Timeline</h2>
    <div class="scroll" role="region" aria-label="Timeline of the number" tabindex="0">
      <svg
        class="timeline"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="img"
        aria-label="${summaryOf(number, nowMs)}"
      >
        <line class="axis" x1="${LEFT}" y1="${AXIS_Y}" x2="${WIDTH - LEFT}" y2="${AXIS_Y}" />
        ${ticks(scale)} ${deadline(number, scale)} ${dots(signupEvents(number), scale)}
        ${now(number, scale, nowMs)}
      </svg>
    </div>
  </section>`;
}

/** The events of the onboarding that runs: a number may have had others before. */
function signupEvents({ events }: NumberDetails): readonly EventView[] {
  const first = events.findLastIndex(({ kind }) => BEGINNINGS.includes(kind));
  return events.slice(Math.max(first, 0));
}

function scaleOf(number: NumberDetails, nowMs: number): Scale {
  const [first] = signupEvents(number);
  const begunMs = first === undefined ? nowMs : Date.parse(first.at);
  const { deadline_at: deadlineAt } = number;
  const fortnightMs = SIGNUP_DAYS * DAY_MS;
  const deadlineMs = deadlineAt === undefined ? begunMs + fortnightMs : Date.parse(deadlineAt);
  const startMs = Math.min(begunMs, deadlineMs - fortnightMs);
  const lastMs = number.outcome === undefined ? nowMs : Date.parse(number.updated_at);
  const endMs = Math.max(deadlineMs, lastMs);
  const perMs = (WIDTH - 2 * LEFT) / (endMs - startMs);
  const x = (atMs: number): number => Math.round((LEFT + (atMs - startMs) * perMs) * 10) / 10;
  return { startMs, endMs, x };
}

/** A mark for each day; of a long life only some. */
function ticks({ startMs, endMs, x }: Scale): readonly Html[] {
  const days = Math.floor((endMs - startMs) / DAY_MS);
  const step = Math.max(1, Math.ceil(days / SIGNUP_DAYS));
  const marks = Array.from({ length: Math.floor(days / step) + 1 }, (_, i) => i * step);
  return marks.map((day) => {
    const at = x(startMs + day * DAY_MS);
    return html`<line class="tick" x1="${at}" y1="${AXIS_Y}" x2="${at}" y2="${AXIS_Y + 5}" /><text
        class="day"
        x="${at}"
        y="${AXIS_Y + 18}"
      >
        ${day}
      </text>`;
  });
}

function deadline(number: NumberDetails, { x }: Scale): Html | string {
  if (number.deadline_at === undefined) return '';
  const at = x(Date.parse(number.deadline_at));
  const isBound = number.seconds_left !== undefined;
  return html`<g class="${isBound ? 'deadline' : 'deadline met'}">
    <line x1="${at}" y1="14" x2="${at}" y2="${AXIS_Y + 5}" />
    <text class="end" x="${at}" y="10">${isBound ? 'deadline' : 'deadline, met'}</text>
  </g>`;
}

function dots(events: readonly EventView[], { x }: Scale): readonly Html[] {
  let lastX = -NEAR;
  let row = 0;
  return events.map((event) => {
    const at = x(Date.parse(event.at));
    row = at - lastX < NEAR ? Math.min(row + 1, MOST_ROWS) : 0;
    if (row === 0) lastX = at;
    return html`<circle
      class="event ${classOf(event.kind)}"
      cx="${at}"
      cy="${AXIS_Y - row * ROW_HEIGHT}"
      r="4.5"
    >
      <title>${event.text}</title>
    </circle>`;
  });
}

function classOf(kind: string): string {
  if (GOOD.includes(kind)) return 'good';
  return BAD.includes(kind) ? 'bad' : '';
}

function now({ outcome }: NumberDetails, { x }: Scale, nowMs: number): Html | string {
  if (outcome !== undefined) return '';
  const at = x(nowMs);
  return html`<g class="now">
    <line x1="${at}" y1="14" x2="${at}" y2="${AXIS_Y + 5}" />
    <text x="${at + 4}" y="${AXIS_Y + 33}">now</text>
  </g>`;
}

/** The same for who does not see it. */
function summaryOf(number: NumberDetails, nowMs: number): string {
  const events = signupEvents(number);
  const [first] = events;
  const begun =
    first === undefined ? '' : `${beginningOf(first)} ${dateText(Date.parse(first.at))}. `;
  const count = `${events.length} ${events.length === 1 ? 'event' : 'events'}`;
  return `${begun}${deadlineText(number)} ${count} until ${dateText(nowMs)}.`;
}

function beginningOf({ kind }: EventView): string {
  return kind === 'signed-up' ? 'Signed up' : 'Begun';
}

function deadlineText({ deadline_at: deadlineAt, seconds_left: left }: NumberDetails): string {
  if (deadlineAt === undefined) return 'No deadline.';
  const time = left === undefined ? 'no longer binds' : `${spanText(left * 1000)} left`;
  return `Deadline ${dateText(Date.parse(deadlineAt))}, ${time}.`;
}
