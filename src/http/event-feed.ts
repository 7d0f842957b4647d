import { setTimeout as wait } from 'node:timers/promises';
import { eventView, type EventView } from '../desk/number-view.ts';
import type { Log } from '../desk/log.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { EventRow, Store } from '../store/store.ts';
import { ANSWER_HEADERS } from './answers.ts';
import { HttpError } from './errors.ts';

const FEED_LIMITS = {
  /** Each holds a connection, of which the server has a thousand. */
  mostStreams: 100,
  /** One read for all streams. */
  pollMs: 1000,
  /** Proxies cut what says nothing for a minute. */
  beatMs: 15_000,
  /** Then the reader comes again by itself, and is asked anew who it is. */
  longestMs: 15 * 60_000,
} as const;

/** A reader that falls further behind is let go, and comes again with the id that it saw last. */
const MOST_UNREAD = 1000;

export interface FeedDeps {
  readonly store: Pick<Store, 'numbers'>;
  /** Ends all streams. */
  readonly stopping: AbortSignal;
  readonly monotonicMs: () => number;
  readonly log: Log;
  readonly feedLimits?: Readonly<Record<keyof typeof FEED_LIMITS, number>> | undefined;
}

/** An event as lists and streams of events have it. */
interface FeedEvent extends EventView {
  readonly id: number;
  readonly phone_number_id: PhoneNumberId;
}

interface StreamOrder {
  /** The last event that the reader has seen; absent: what comes from now on. */
  readonly after?: number | undefined;
  /** Absent: of all numbers. */
  readonly phoneNumberId?: PhoneNumberId;
}

/** Opens a stream of events as they are written. @throws HttpError too_many_streams */
export type EventFeed = (order: StreamOrder) => Promise<Response>;

interface Reader {
  readonly phoneNumberId: PhoneNumberId | undefined;
  readonly controller: ReadableStreamDefaultController<string>;
  readonly openedAtMs: number;
  seenId: number;
  saidAtMs: number;
}

export function feedEventOf(row: EventRow): FeedEvent {
  return { id: row.id, phone_number_id: row.phoneNumberId, ...eventView(row) };
}

/** Server-sent events: a reader that was cut off says with `last-event-id` where it goes on. Source: WHATWG, HTML. */
export function createEventFeed(deps: FeedDeps): EventFeed {
  const { store, stopping, monotonicMs, feedLimits: limits = FEED_LIMITS } = deps;
  const readers = new Set<Reader>();
  const end = (reader: Reader): void => {
    if (readers.delete(reader)) reader.controller.close();
  };
  stopping.addEventListener('abort', () => {
    readers.forEach(end);
  });
  let isPolling = false;
  const poll = async (): Promise<void> => {
    if (isPolling) return;
    isPolling = true;
    while (readers.size > 0) {
      await tell(readers, deps);
      for (const reader of readers) if (!mayGoOn(reader, monotonicMs(), limits)) end(reader);
      await wait(limits.pollMs, undefined, { signal: stopping }).catch(() => undefined);
    }
    isPolling = false;
  };
  return async ({ after, phoneNumberId }) => {
    if (stopping.aborted || readers.size >= limits.mostStreams) {
      throw new HttpError('too_many_streams');
    }
    const seenId = after ?? (await store.numbers.newestEventId());
    let reader: Reader | undefined;
    const stream = new ReadableStream<string>(
      {
        start: (controller) => {
          const nowMs = monotonicMs();
          reader = { phoneNumberId, controller, seenId, openedAtMs: nowMs, saidAtMs: nowMs };
          // The first words open the stream at the reader's end.
          controller.enqueue('retry: 2000\n\n');
          readers.add(reader);
        },
        cancel: () => {
          if (reader !== undefined) readers.delete(reader);
        },
      },
      { highWaterMark: MOST_UNREAD },
    );
    void poll();
    return new Response(stream.pipeThrough(new TextEncoderStream()), {
      headers: { ...ANSWER_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' },
    });
  };
}

/** One read serves all readers, the one that is furthest behind too. */
async function tell(
  readers: ReadonlySet<Reader>,
  { store, monotonicMs, log, feedLimits: limits = FEED_LIMITS }: FeedDeps,
): Promise<void> {
  const behind = Math.min(...[...readers].map(({ seenId }) => seenId));
  try {
    const rows = await store.numbers.eventsAfter(behind);
    for (const reader of readers) tellOne(reader, rows, monotonicMs());
  } catch (error) {
    log.warn({ err: error }, 'events: not read, and tried again');
  }
  for (const reader of readers) beat(reader, monotonicMs(), limits.beatMs);
}

function tellOne(reader: Reader, rows: readonly EventRow[], nowMs: number): void {
  for (const row of rows) {
    if (row.id <= reader.seenId) continue;
    reader.seenId = row.id;
    const isMeant =
      reader.phoneNumberId === undefined || reader.phoneNumberId === row.phoneNumberId;
    if (!isMeant) continue;
    const data = JSON.stringify(feedEventOf(row));
    reader.controller.enqueue(`id: ${row.id}\nevent: number\ndata: ${data}\n\n`);
    reader.saidAtMs = nowMs;
  }
}

function beat(reader: Reader, nowMs: number, beatMs: number): void {
  if (nowMs - reader.saidAtMs < beatMs) return;
  reader.controller.enqueue(': still here\n\n');
  reader.saidAtMs = nowMs;
}

function mayGoOn(
  { controller, openedAtMs }: Reader,
  nowMs: number,
  { longestMs }: { readonly longestMs: number },
): boolean {
  return nowMs - openedAtMs < longestMs && (controller.desiredSize ?? 0) > 0;
}
