import { z } from 'zod';
import { DeskError } from '../desk/errors.ts';
import type { MetaDeps } from '../desk/meta.ts';
import {
  allNumbers,
  DEFAULT_FIELDS,
  pageOfNumbers,
  type ListQuery,
  type Sorting,
} from '../desk/phone-numbers.ts';
import { answerJson } from './answers.ts';
import { json, type Taken } from './contract.ts';
import { OF_META } from './error-groups.ts';
import { HttpError } from './errors.ts';
import * as take from './fields.ts';
import * as ask from './query-fields.ts';
import { numbersAtMeta } from './shapes.ts';

const params = z.strictObject({ waba_id: take.wabaId });
const listQuery = z.strictObject({
  fields: ask.fields,
  account_mode: ask.accountMode,
  limit: ask.limit,
  after: ask.metaAfter,
  sort: ask.sort,
});

export const listContract = {
  summary: "An account's numbers at Meta: one page, or all of them sorted",
  params,
  query: listQuery,
  answers: { 200: json('The numbers', numbersAtMeta) },
  errors: OF_META,
} as const;

/** One page of an account's numbers; with `sort` all of them, as Meta's own sorting is not to be relied on. */
export async function listPhoneNumbers(
  { params: { waba_id: wabaId }, query }: Taken<typeof params, typeof listQuery>,
  deps: MetaDeps,
): Promise<Response> {
  const { fields = DEFAULT_FIELDS, account_mode: accountMode, limit, after: cursor } = query;
  const list = { wabaId, fields, ...(accountMode === undefined ? {} : { accountMode }) };
  const paging = {
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { after: cursor }),
  };
  const sorting = sortingIn(query, fields);
  const page =
    sorting === undefined
      ? await pageAfter(deps, { ...list, ...paging })
      : { numbers: await allNumbers(deps, { ...list, sorting }), after: undefined };
  const { numbers, after } = page;
  return answerJson({ waba_id: wabaId, phone_numbers: numbers, paging: { after } });
}

interface Paging {
  readonly limit?: number;
  readonly after?: string;
}

function sortingIn(
  { sort, limit, after }: z.output<typeof listQuery>,
  fields: readonly string[],
): Sorting | undefined {
  if (sort === undefined) return undefined;
  const [field = '', order] = sort.split(':');
  const isPaged = (limit ?? after) !== undefined;
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
