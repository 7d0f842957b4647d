// What may stand behind a path: filters and paging. Each has the error for whatever else stands in its place.
import { z } from 'zod';
import { fleetCursorOf, FLEET_OUTCOMES } from '../desk/fleet.ts';
import { CAUSES } from '../domain/causes.ts';
import { STAGES, WAITING_FOR } from '../domain/onboarding.ts';
import { checkedFields, FORMS } from '../graph/checks.ts';
import { field } from './contract.ts';
import { fits, orRefused, wabaIdText } from './field-forms.ts';

export const stage = field(z.enum(STAGES).exactOptional(), 'invalid_stage', {
  meaning: 'where the onboarding is',
});
export const waitingFor = field(z.enum(WAITING_FOR).exactOptional(), 'invalid_waiting_for', {
  meaning: 'whose move it is',
});
export const account = field(wabaIdText.exactOptional(), 'invalid_waba_id', {
  meaning: "the account's id, 1-20 digits",
});
export const cause = field(z.enum(Object.keys(CAUSES)).exactOptional(), 'invalid_cause', {
  meaning: 'why Meta refused last, one of the [causes](causes.md)',
});
export const outcome = field(z.enum(FLEET_OUTCOMES).exactOptional(), 'invalid_outcome', {
  meaning: 'how it ended, whether it runs, or whether it has ended',
});
export const text = field(
  z
    .string()
    .regex(/^[^\p{C}]{1,75}$/u)
    .transform((typed) => typed.trim())
    .refine((typed) => typed !== '')
    .exactOptional(),
  'invalid_text',
  {
    meaning:
      'a part of the number, however it is written, of its name or of its id; 1-75 characters',
  },
);
export const format = field(z.enum(['json', 'csv']).exactOptional(), 'invalid_format', {
  meaning:
    '`csv`: the whole list for a spreadsheet, as with `accept: text/csv`; not together with `limit` or `after`',
});

/** Of a page. */
export const limit = field(
  z
    .string()
    .regex(/^([1-9][0-9]?|100)$/)
    .transform(Number)
    .exactOptional(),
  'invalid_limit',
  { meaning: 'the most that a page has, 1-100; 100 if absent' },
);

const OF_A_PAGE = '`paging.after` of the page before; without it the list begins anew';

export const fleetAfter = field(
  z.string().transform(orRefused(fleetCursorOf)).exactOptional(),
  'invalid_after',
  { meaning: OF_A_PAGE },
);
export const auditAfter = field(
  z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/)
    .transform(Number)
    .exactOptional(),
  'invalid_after',
  { meaning: OF_A_PAGE },
);
/** A cursor of Meta's. */
export const metaAfter = field(z.string().regex(FORMS.cursor).exactOptional(), 'invalid_after', {
  meaning: OF_A_PAGE,
});
export const eventsAfter = field(
  z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .transform(Number)
    .exactOptional(),
  'invalid_after',
  { meaning: 'the id of the last event that was seen' },
);

/** Names of Meta's fields, each once. */
export const fields = field(
  z
    .string()
    .transform((names) => [...new Set(names.split(','))])
    .refine(fits(checkedFields))
    .exactOptional(),
  'invalid_fields',
  {
    meaning:
      "1-50 of Meta's field names, separated by commas; `id` always comes. Absent: those that tell how a number stands",
  },
);
export const accountMode = field(
  z.enum(['SANDBOX', 'LIVE']).exactOptional(),
  'invalid_account_mode',
  {
    meaning:
      "`SANDBOX`: only numbers of trial accounts; `LIVE`: only the others. A beta of Meta's, which not every app may use",
  },
);
export const sort = field(
  z
    .string()
    .regex(/^[a-z0-9_]+(:desc)?$/)
    .exactOptional(),
  'invalid_sort',
  {
    meaning:
      'a field, or `field:desc`. The whole account is read and sorted here; not together with `limit` or `after`',
  },
);
export const status = field(
  z.enum(['VERIFIED', 'NOT_VERIFIED', 'EXPIRED']).exactOptional(),
  'invalid_status',
  { meaning: 'how its proof of ownership stands' },
);
