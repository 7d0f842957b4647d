import { z } from 'zod';
import { countFleet, fleetCsv, readFleet } from '../desk/fleet.ts';
import type { FleetDeps, FleetPaging } from '../desk/fleet.ts';
import type { FleetFilter } from '../store/fleet-store.ts';
import { ANSWER_HEADERS, answerJson } from './answers.ts';
import { takenBy, type Taken } from './contract.ts';
import { HttpError } from './errors.ts';
import * as ask from './query-fields.ts';
import { fleetPage } from './shapes.ts';
import { statusUrlOf } from './signups.ts';

const PAGE = 100;

const query = z.strictObject({
  stage: ask.stage,
  waiting_for: ask.waitingFor,
  account: ask.account,
  cause: ask.cause,
  outcome: ask.outcome,
  text: ask.text,
  limit: ask.limit,
  after: ask.fleetAfter,
  format: ask.format,
});

export const fleetContract = {
  summary: 'The fleet, least time left first, or as CSV',
  query,
  answers: {
    200: {
      what: 'A page of it, the first with counts; as CSV all of it',
      content: { 'application/json': fleetPage, 'text/csv': z.string() },
    },
  },
} as const;

type Query = z.output<typeof query>;

/** The fleet by time left: a page with the counts of all, or everything as CSV. */
export async function listFleet(
  call: { readonly request: Request } & Pick<Taken<z.ZodObject, typeof query>, 'query'>,
  deps: FleetDeps,
): Promise<Response> {
  const filter = filterOf(call.query);
  const paging = pagingOf(call.query);
  if (isCsv(call.query, call.request.headers)) {
    const { numbers } = await readFleet(deps, filter);
    const headers = { 'content-type': 'text/csv; charset=utf-8', ...ANSWER_HEADERS };
    return new Response(fleetCsv(numbers), {
      headers: { ...headers, 'content-disposition': 'attachment; filename="numbers.csv"' },
    });
  }
  const [page, counts] = await Promise.all([
    readFleet(deps, filter, { limit: PAGE, ...paging }),
    paging.after === undefined ? countFleet(deps, filter) : undefined,
  ]);
  const numbers = page.numbers.map((number) => ({
    ...number,
    status_url: statusUrlOf(number.phone_number_id),
  }));
  return answerJson({ numbers, counts, paging: { after: page.after } });
}

/** As the query of a page has it. @throws HttpError for the first parameter that cannot be right */
export function fleetQueryIn(given: ReadonlyMap<string, string>): {
  readonly filter: FleetFilter;
  readonly paging: FleetPaging;
} {
  const taken = takenBy(query, given);
  return { filter: filterOf(taken), paging: pagingOf(taken) };
}

function pagingOf({ limit, after }: Query): FleetPaging {
  return { ...(limit !== undefined && { limit }), ...(after !== undefined && { after }) };
}

function filterOf({ waiting_for: waitingFor, account: wabaId, ...given }: Query): FleetFilter {
  const { stage, cause, outcome, text } = given;
  return {
    ...(stage !== undefined && { stage }),
    ...(waitingFor !== undefined && { waitingFor }),
    ...(wabaId !== undefined && { wabaId }),
    ...(cause !== undefined && { cause }),
    ...(outcome !== undefined && { outcome }),
    ...(text !== undefined && { text }),
  };
}

/** The list for a spreadsheet is whole. */
function isCsv({ format, limit, after }: Query, headers: Headers): boolean {
  if (format === undefined) return headers.get('accept')?.startsWith('text/csv') === true;
  if (format === 'csv' && (limit ?? after) !== undefined) throw new HttpError('invalid_format');
  return format === 'csv';
}
