import type { z } from 'zod';

import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { readAnswer } from './answers.ts';
import {
  checkedAccountMode,
  checkedCursor,
  checkedFields,
  checkedLimit,
  type AccountMode,
} from './checks.ts';
import { ask, callFor, get, type Asked, type Context, type TokenArgs } from './context.ts';
import type { PhoneNumber, PhoneNumberFields } from './facts.ts';
import { checkedId } from './ids.ts';
import { numberFieldsSchema, phoneNumberSchema } from './number-schemas.ts';
import { itemsOf, PAGE_SIZE, type ListArgs } from './pages.ts';
import { pageOf, type Page } from './schemas.ts';

const MAX_BYTES_WITH_CERTIFICATE = 2 * 1024 * 1024;

interface NumberArgs extends TokenArgs {
  readonly phoneNumberId: PhoneNumberId;
}

interface NumbersArgs extends TokenArgs, ListArgs {
  readonly wabaId: WabaId;
  /** Only numbers of trial accounts, or only the others. A beta of Meta's: not every app may use it. */
  readonly accountMode?: AccountMode;
}

interface FieldsArgs {
  /** Meta's names, such as `name_status`; `id` always comes. Meta chooses if absent, and refuses if one is unknown. */
  readonly fields?: readonly string[];
}

/** The reading half: what Meta says about numbers. */
export interface NumberReads {
  /**
   * Every number of an account, in Meta's order. Reads page after page while it is iterated; a list that repeats a cursor
   * or does not end within 400 pages is GraphMalformed, so that nothing is concluded from a part.
   */
  listPhoneNumbers(args: NumbersArgs): AsyncIterable<PhoneNumber>;
  readPhoneNumber(args: NumberArgs): Promise<PhoneNumber>;
  /** As `listPhoneNumbers`, with the fields somebody asks for, under Meta's names. */
  listPhoneNumberFields(args: NumbersArgs & FieldsArgs): AsyncIterable<PhoneNumberFields>;
  readPhoneNumberFields(args: NumberArgs & FieldsArgs): Promise<PhoneNumberFields>;
  /** One page of that list, short or empty as Meta gives it: for who keeps the place himself. `after` is Meta's cursor. */
  readPhoneNumberFieldsPage(
    args: Omit<NumbersArgs, 'onPage'> & FieldsArgs & { readonly after?: string },
  ): Promise<Page<PhoneNumberFields>>;
}

export function createNumberReads(context: Context): NumberReads {
  return {
    listPhoneNumbers: (args) => listPhoneNumbers(context, args),
    readPhoneNumber: async (args) => {
      const number = await readStandard(context, args, {
        ...nodeOf(args),
        schema: phoneNumberSchema,
      });
      context.warnings.newValuesIn(number);
      return number;
    },
    listPhoneNumberFields: (args) => listPhoneNumberFields(context, args),
    readPhoneNumberFields: async (args) =>
      get(context, args, {
        ...nodeOf(args),
        query: queryOf(args),
        schema: numberFieldsSchema,
        maxBytes: MAX_BYTES_WITH_CERTIFICATE,
      }),
    readPhoneNumberFieldsPage: async ({ limit = PAGE_SIZE, after, ...args }) => {
      const from = after === undefined ? {} : { after: checkedCursor(after) };
      return fieldsPage(context, args, { limit: checkedLimit(limit), ...from });
    },
  };
}

async function* listPhoneNumbers(context: Context, args: NumbersArgs): AsyncGenerator<PhoneNumber> {
  const { attempted, path } = edgeOf(args);
  const own = queryOf(args);
  const schema = pageOf(phoneNumberSchema);
  const numbers = itemsOf(attempted, args, (paging) =>
    readStandard(context, args, { attempted, path, query: { ...paging, ...own }, schema }),
  );
  for await (const number of numbers) {
    context.warnings.newValuesIn(number);
    yield number;
  }
}

async function* listPhoneNumberFields(
  context: Context,
  args: NumbersArgs & FieldsArgs,
): AsyncGenerator<PhoneNumberFields> {
  yield* itemsOf(edgeOf(args).attempted, args, (paging) => fieldsPage(context, args, paging));
}

async function fieldsPage(
  context: Context,
  args: NumbersArgs & FieldsArgs,
  paging: Readonly<Record<string, string>>,
): Promise<Page<PhoneNumberFields>> {
  return get(context, args, {
    ...edgeOf(args),
    query: { ...paging, ...queryOf(args) },
    schema: pageOf(numberFieldsSchema),
    maxBytes: MAX_BYTES_WITH_CERTIFICATE,
  });
}

const nodeOf = ({ phoneNumberId }: NumberArgs): Asked => ({
  attempted: 'read the number',
  path: checkedId('phoneNumberId', phoneNumberId),
});

const edgeOf = ({ wabaId }: NumbersArgs): Asked => ({
  attempted: 'list the numbers of the account',
  path: `${checkedId('wabaId', wabaId)}/phone_numbers`,
});

function queryOf(args: Pick<NumbersArgs, 'accountMode'> & FieldsArgs): Record<string, string> {
  const { accountMode, fields } = args;
  return {
    ...(fields === undefined ? {} : { fields: checkedFields(fields) }),
    ...(accountMode === undefined ? {} : { filtering: filterOf(checkedAccountMode(accountMode)) }),
  };
}

/** Source of the form: Meta, "Managing business phone numbers", filter by account mode. */
const filterOf = (value: AccountMode): string =>
  JSON.stringify([{ field: 'account_mode', operator: 'EQUAL', value }]);

/**
 * With the fields an onboarding needs. Asks again without a field that this version of Graph does not know; there are
 * only so many fields to lose.
 */
async function readStandard<T>(
  context: Context,
  args: TokenArgs,
  { schema, ...asked }: Asked & { readonly schema: z.ZodType<T> },
): Promise<T> {
  for (;;) {
    const fields = context.fields.asked();
    const call = {
      ...{ ...callFor(context, args), ...asked },
      query: { ...asked.query, fields: fields.join(',') },
      maxBytes: MAX_BYTES_WITH_CERTIFICATE,
    };
    try {
      return await ask(context, call, (raw) => readAnswer(call, raw, schema));
    } catch (error) {
      if (!context.fields.drop(fields, error)) throw error;
    }
  }
}
