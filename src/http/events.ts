import { z } from 'zod';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Store } from '../store/store.ts';
import { answerJson } from './answers.ts';
import { declared, json, type Taken } from './contract.ts';
import { HttpError } from './errors.ts';
import { feedEventOf, type EventFeed } from './event-feed.ts';
import * as take from './fields.ts';
import * as ask from './query-fields.ts';
import { viewer, type Routes } from './routes.ts';
import * as shapes from './shapes.ts';

interface EventDeps {
  readonly store: Pick<Store, 'numbers'>;
  readonly feed: EventFeed;
}

const PAGE = 100;

const params = z.strictObject({ id: take.knownNumberId });
const query = z.strictObject({ after: ask.eventsAfter, limit: ask.limit });
const answers = {
  200: {
    what: 'A page of them, oldest first; with accept: text/event-stream what comes from now on',
    content: { ...json('', shapes.eventsPage).content, 'text/event-stream': z.string() },
  },
};

const OF_ONE = {
  summary: "A number's history, in pages or live",
  ...{ params, query, answers },
  errors: ['too_many_streams', 'invalid_after'],
} as const;

const OF_ALL = {
  summary: 'What happens to all numbers, in pages or live',
  ...{ query, answers },
  errors: ['too_many_streams', 'invalid_after'],
} as const;

/** What happened to numbers, and what happens. */
export function eventRoutes({ store: { numbers }, feed }: EventDeps): Routes {
  const show = ({ request, query: asked }: EventsCall, id?: PhoneNumberId): Promise<Response> => {
    const { headers } = request;
    if (!isStream(headers)) return showPage(numbers, asked, id);
    return feed({
      after: lastSeen(headers) ?? asked.after,
      ...(id !== undefined && { phoneNumberId: id }),
    });
  };
  return {
    '/v1/numbers/:id/events': {
      GET: viewer(
        declared(OF_ONE, async (call) => {
          const { id } = call.params;
          if ((await numbers.byId(id)) === undefined) throw new HttpError('unknown_number');
          return show(call, id);
        }),
      ),
    },
    '/v1/events': { GET: viewer(declared(OF_ALL, (call) => show(call))) },
  };
}

type EventsCall = Pick<Taken<z.ZodObject, typeof query>, 'query'> & { readonly request: Request };

async function showPage(
  numbers: Store['numbers'],
  { after = 0, limit = PAGE }: EventsCall['query'],
  id?: PhoneNumberId,
): Promise<Response> {
  const rows = id === undefined ? await numbers.eventsAfter(after) : await numbers.eventsOf(id);
  const events = rows.filter((row) => row.id > after).map(feedEventOf);
  const page = events.slice(0, limit);
  const next = events.length > limit ? page.at(-1)?.id : undefined;
  return answerJson({ events: page, paging: { after: next?.toString() } });
}

function isStream(headers: Headers): boolean {
  return headers.get('accept')?.startsWith('text/event-stream') === true;
}

/** @throws HttpError invalid_after */
function lastSeen(headers: Headers): number | undefined {
  const id = headers.get('last-event-id');
  if (id === null) return undefined;
  if (!/^[0-9]{1,15}$/.test(id)) throw new HttpError('invalid_after');
  return Number(id);
}
