import { countFleet, FLEET_OUTCOMES, fleetCsv, fleetCursorOf, readFleet } from '../desk/fleet.ts';
import type { FleetDeps, FleetPaging } from '../desk/fleet.ts';
import { CAUSES } from '../domain/causes.ts';
import { STAGES, WAITING_FOR } from '../domain/onboarding.ts';
import type { FleetFilter } from '../store/fleet-store.ts';
import { ANSWER_HEADERS, answerJson } from './answers.ts';
import { HttpError } from './errors.ts';
import { readQuery, type Query } from './query.ts';
import type { Call } from './routes.ts';
import { statusUrlOf } from './signups.ts';
import { checkedText, limitOf, oneOf, optional, wabaIdOf } from './values.ts';

const FILTERS = ['stage', 'waiting_for', 'account', 'cause', 'outcome', 'text'];
const CAUSE_NAMES = Object.keys(CAUSES);
const PAGE = 100;

/** The fleet by time left: a page with the counts of all, or everything as CSV. */
export async function listFleet({ request }: Call, deps: FleetDeps): Promise<Response> {
  const query = readQuery(request, [...FILTERS, 'limit', 'after', 'format']);
  const filter = filterIn(query);
  const paging = pagingIn(query);
  if (isCsv(query, request.headers)) {
    const { numbers } = await readFleet(deps, filter);
    const headers = { 'content-type': 'text/csv; charset=utf-8', ...ANSWER_HEADERS };
    return new Response(fleetCsv(numbers), {
      headers: { ...headers, 'content-disposition': 'attachment; filename="numbers.csv"' },
    });
  }
  const [{ numbers, after }, counts] = await Promise.all([
    readFleet(deps, filter, { limit: PAGE, ...paging }),
    paging.after === undefined ? countFleet(deps, filter) : undefined,
  ]);
  const linked = numbers.map((number) => ({
    ...number,
    status_url: statusUrlOf(number.phone_number_id),
  }));
  return answerJson({ numbers: linked, counts, paging: { after } });
}

/** @throws HttpError for the first parameter that cannot be right */
export function filterIn(query: Query): FleetFilter {
  const stage = optional(query.get('stage'), (value) => oneOf(value, 'invalid_stage', STAGES));
  const waitingFor = optional(query.get('waiting_for'), (value) =>
    oneOf(value, 'invalid_waiting_for', WAITING_FOR),
  );
  const wabaId = optional(query.get('account'), wabaIdOf);
  const cause = optional(query.get('cause'), (value) => oneOf(value, 'invalid_cause', CAUSE_NAMES));
  const outcome = optional(query.get('outcome'), (value) =>
    oneOf(value, 'invalid_outcome', FLEET_OUTCOMES),
  );
  const text = optional(query.get('text'), textOf);
  return {
    ...(stage !== undefined && { stage }),
    ...(waitingFor !== undefined && { waitingFor }),
    ...(wabaId !== undefined && { wabaId }),
    ...(cause !== undefined && { cause }),
    ...(outcome !== undefined && { outcome }),
    ...(text !== undefined && { text }),
  };
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (!/^[^\p{C}]{1,75}$/u.test(text)) throw new HttpError('invalid_text');
  return text;
}

export function pagingIn(query: Query): FleetPaging {
  const limit = optional(query.get('limit'), limitOf);
  const after = optional(query.get('after'), (value) =>
    checkedText(value, 'invalid_after', (text) => {
      const position = fleetCursorOf(text);
      if (position === undefined) throw new HttpError('invalid_after');
      return position;
    }),
  );
  return { ...(limit !== undefined && { limit }), ...(after !== undefined && { after }) };
}

/** The list for a spreadsheet is whole. */
function isCsv(query: Query, headers: Headers): boolean {
  const format = optional(query.get('format'), (value) =>
    oneOf(value, 'invalid_format', ['json', 'csv']),
  );
  if (format === undefined) return headers.get('accept')?.startsWith('text/csv') === true;
  if (format === 'csv' && (query.has('limit') || query.has('after'))) {
    throw new HttpError('invalid_format');
  }
  return format === 'csv';
}
