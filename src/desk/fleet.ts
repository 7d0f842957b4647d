import { z } from 'zod';
import { OUTCOMES } from '../domain/outcome.ts';
import type { FleetFilter, FleetGroup, FleetPosition } from '../store/fleet-store.ts';
import type { Store } from '../store/store.ts';
import { csvOf } from './csv.ts';
import { summaryOf, type NumberSummary } from './number-view.ts';

export interface FleetDeps {
  readonly store: Pick<Store, 'fleet'>;
  readonly nowMs: () => number;
}

/** What the fleet's filter of the same name may say. */
export const FLEET_OUTCOMES = ['running', 'ended', ...OUTCOMES] as const;

export interface FleetPaging {
  readonly limit?: number;
  /** From `fleetCursorOf`. */
  readonly after?: FleetPosition;
}

/** Numbers in the fleet's order, of which `after` is where the next page begins; undefined with the last one. */
export interface FleetView {
  readonly numbers: readonly NumberSummary[];
  readonly after: string | undefined;
}

/** The fleet, or what the filter leaves of it: least time left first, then what has no deadline, then what has ended. */
export async function readFleet(
  { store, nowMs }: FleetDeps,
  filter: FleetFilter,
  paging: FleetPaging = {},
): Promise<FleetView> {
  const { rows, next } = await store.fleet.list(filter, paging);
  return { numbers: rows.map((row) => summaryOf(row, nowMs())), after: next && cursorOf(next) };
}

/** How many numbers there are in each group, as `GET /v1/numbers` and the console show it. */
export interface FleetCountsView {
  readonly total: number;
  readonly stage: FleetGroup;
  readonly waiting_for: FleetGroup;
  readonly cause: FleetGroup;
  readonly waba_id: FleetGroup;
  readonly outcome: FleetGroup;
  readonly days_left: FleetGroup;
}

export async function countFleet(
  { store }: Pick<FleetDeps, 'store'>,
  filter: FleetFilter,
): Promise<FleetCountsView> {
  const { waitingFor, wabaId, daysLeft, ...counts } = await store.fleet.count(filter);
  return { ...counts, waiting_for: waitingFor, waba_id: wabaId, days_left: daysLeft };
}

const positionSchema = z.tuple([z.int().min(0).max(2), z.int(), z.string().regex(/^[0-9]{1,20}$/)]);

/** Undefined for what was never a cursor of ours. */
export function fleetCursorOf(cursor: string): FleetPosition | undefined {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(cursor)) return undefined;
  const parsed = positionSchema.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const [rank, order, phoneNumberId] = parsed.data;
  return { rank, order, phoneNumberId };
}

function cursorOf({ rank, order, phoneNumberId }: FleetPosition): string {
  return Buffer.from(JSON.stringify([rank, order, phoneNumberId])).toString('base64url');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const CSV_COLUMNS = [
  ...(['phone_number_id', 'waba_id', 'display_phone_number', 'verified_name'] as const),
  ...(['stage', 'waiting_for', 'cause', 'advice', 'outcome'] as const),
  ...(['deadline_at', 'seconds_left', 'updated_at'] as const),
];

/** The fleet for a spreadsheet. */
export function fleetCsv(numbers: readonly NumberSummary[]): string {
  const rows = numbers.map((number) => CSV_COLUMNS.map((column) => number[column]));
  return csvOf(CSV_COLUMNS, rows);
}
