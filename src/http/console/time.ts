import { html } from 'hono/html';
import type { Html } from './page.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** `3 d 4 h`, `4 h 10 min`, `10 min`: two units are as exact as anybody plans. */
export function spanText(spanMs: number): string {
  const days = Math.floor(spanMs / DAY_MS);
  const hours = Math.floor((spanMs % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((spanMs % HOUR_MS) / MINUTE_MS);
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

/** `24 Nov 2026, 10:00 UTC`: the same on every screen, as people in several places look at one number. */
export function dateText(atMs: number): string {
  const parts = new Date(atMs).toUTCString().split(' ');
  const [, day = '', month = '', year = '', time = ''] = parts;
  return `${Number(day)} ${month} ${year}, ${time.slice(0, 5)} UTC`;
}

/** An instant of the API, for people and for programs. */
export function timeOf(iso: string): Html {
  return html`<time datetime="${iso}">${dateText(Date.parse(iso))}</time>`;
}
