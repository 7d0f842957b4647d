import { html } from 'hono/html';
import type { Html } from './page.ts';
import { DAY_MS, spanText } from './time.ts';

const WINDOW_MS = 14 * DAY_MS;
/** The last notices before the deadline are told at 4 and at 1 days. */
const SOON_MS = 4 * DAY_MS;
const URGENT_MS = DAY_MS;

/** How much of the 14 days is left, as a bar with its text. */
export function timeLeftBar(secondsLeft: number): Html {
  const leftMs = secondsLeft * 1000;
  const width = Math.round(Math.min(leftMs / WINDOW_MS, 1) * 100);
  return html`<span class="time-left ${urgencyOf(leftMs)}"
    ><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="all" width="100" height="8" />
      <rect class="rest" width="${width}" height="8" />
    </svg>
    ${leftMs === 0 ? 'No time left' : `${spanText(leftMs)} left`}</span
  >`;
}

function urgencyOf(leftMs: number): string {
  if (leftMs < URGENT_MS) return 'urgent';
  return leftMs < SOON_MS ? 'soon' : '';
}
