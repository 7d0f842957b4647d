import { DeskError } from '../desk/errors.ts';
import type { MetaDeps } from '../desk/meta.ts';
import {
  allNumbers,
  DEFAULT_FIELDS,
  pageOfNumbers,
  type ListQuery,
  type Sorting,
} from '../desk/phone-numbers.ts';
import { checkedCursor, checkedFields } from '../graph/checks.ts';
import { answerJson } from './answers.ts';
import { HttpError } from './errors.ts';
import { readQuery, type Query } from './query.ts';
import type { Call } from './routes.ts';
import { checkedText, limitOf, oneOf, optional, wabaIdOf } from './values.ts';

/** One page of an account's numbers; with `sort` all of them, as Meta's own sorting is not to be relied on. */
export async function listPhoneNumbers(call: Call, deps: MetaDeps): Promise<Response> {
  const wabaId = wabaIdOf(call.params['waba_id']);
  const query = readQuery(call.request, ['fields', 'account_mode', 'limit', 'after', 'sort']);
  const fields = fieldsIn(query) ?? DEFAULT_FIELDS;
  const accountMode = optional(query.get('account_mode'), (value) =>
    oneOf(value, 'invalid_account_mode', ['SANDBOX', 'LIVE']),
  );
  const list = { wabaId, fields, ...(accountMode === undefined ? {} : { accountMode }) };
  const paging = pagingIn(query);
  const sorting = sortingIn(query, fields);
  const page =
    sorting === undefined
      ? await pageAfter(deps, { ...list, ...paging })
      : { numbers: await allNumbers(deps, { ...list, sorting }), after: undefined };
  const { numbers, after } = page;
  return answerJson({ waba_id: wabaId, phone_numbers: numbers, paging: { after } });
}

/** The fields of the query, if it names any. @throws HttpError invalid_fields */
export function fieldsIn(query: Query): readonly string[] | undefined {
  return optional(query.get('fields'), (value) =>
    checkedText(value, 'invalid_fields', (text) => {
      const fields = [...new Set(text.split(','))];
      checkedFields(fields);
      return fields;
    }),
  );
}

interface Paging {
  readonly limit?: number;
  readonly after?: string;
}

function pagingIn(query: Query): Paging {
  const limit = optional(query.get('limit'), limitOf);
  const after = optional(query.get('after'), (value) =>
    checkedText(value, 'invalid_after', checkedCursor),
  );
  return { ...(limit === undefined ? {} : { limit }), ...(after === undefined ? {} : { after }) };
}

function sortingIn(query: Query, fields: readonly string[]): Sorting | undefined {
  const sort = query.get('sort');
  if (sort === undefined) return undefined;
  const { field = '', order } = /^(?<field>[a-z0-9_]+)(?<order>:desc)?$/.exec(sort)?.groups ?? {};
  const isPaged = query.has('limit') || query.has('after');
  if (isPaged || !['id', ...fields].includes(field)) throw new HttpError('invalid_sort');
  return { field, isDescending: order !== undefined };
}

/** A cursor is Meta's word: whether it is one, only Meta can tell. */
async function pageAfter(deps: MetaDeps, query: ListQuery & Paging) {
  try {
    return await pageOfNumbers(deps, query);
  } catch (error) {
    const isRefused = error instanceof DeskError && error.refusal?.cause === 'bad_request';
    throw isRefused && query.after !== undefined ? new HttpError('invalid_after') : error;
  }
}
