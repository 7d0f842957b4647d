import { z } from 'zod';
import {
  addPreverified,
  deletePreverified,
  listPreverified,
  readPreverified,
  requestPreverifiedCode,
  submitPreverifiedCode,
  type PreverifiedDeps,
} from '../desk/preverified.ts';
import { answerJson } from './answers.ts';
import { declared, json } from './contract.ts';
import { OF_META, OF_META_ORDERS } from './error-groups.ts';
import type { ErrorCode } from './errors.ts';
import * as take from './fields.ts';
import * as ask from './query-fields.ts';
import { admin, operator, viewer, type Routes } from './routes.ts';
import * as shapes from './shapes.ts';

const OF_READS: readonly ErrorCode[] = [...OF_META, 'not_configured'];
const OF_ORDERS: readonly ErrorCode[] = [...OF_META_ORDERS, 'not_configured'];

const params = z.strictObject({ id: take.preverifiedId });

const LIST = {
  summary: "The partner's pre-verified numbers, all or those that fit",
  query: z.strictObject({ status: ask.status, phone_number: take.optionalDigits }),
  answers: { 200: json('The numbers', shapes.preverifiedList) },
  errors: OF_READS,
};

const ADD = {
  summary: 'Adds a pre-verified number',
  body: z.strictObject({ phone_number: take.digits }),
  answers: { 201: json('It is added; the header location leads to it', shapes.preverifiedOnly) },
  errors: OF_ORDERS,
};

const SHOW = {
  summary: 'One of them, with the end of its proof',
  params,
  answers: { 200: json('The number', shapes.preverified) },
  errors: OF_READS,
};

const DELETE = {
  summary: 'Deletes it',
  params,
  answers: { 200: json('It is deleted', shapes.preverifiedOnly) },
  errors: OF_ORDERS,
};

const REQUEST_CODE = {
  summary: 'Meta sends a code',
  params,
  body: z.strictObject({ method: take.method, language: take.language }),
  answers: { 200: json('Meta has been asked', shapes.preverifiedOnly) },
  errors: OF_ORDERS,
};

const SUBMIT_CODE = {
  summary: 'Proves it for 90 days',
  params,
  body: z.strictObject({ code: take.oneTimeCode }),
  answers: { 200: json('It is proved', shapes.preverifiedOnly) },
  errors: OF_ORDERS,
};

/** The partner's own numbers, proved before a customer picks one. */
export function preverifiedRoutes(deps: PreverifiedDeps): Routes {
  const path = '/v1/preverified-numbers';
  return {
    [path]: {
      GET: viewer(
        declared(LIST, async ({ query: { status, phone_number: phoneNumber } }) => {
          const numbers = await listPreverified(deps, {
            ...(status === undefined ? {} : { status }),
            ...(phoneNumber === undefined ? {} : { phoneNumber }),
          });
          return answerJson({ preverified_numbers: numbers });
        }),
      ),
      POST: operator(
        declared(ADD, async ({ body }) => {
          const id = await addPreverified(deps, body.phone_number);
          return answerJson({ preverified_id: id }, 201, { location: `${path}/${id}` });
        }),
      ),
    },
    [`${path}/:id`]: {
      GET: viewer(
        declared(SHOW, async ({ params: { id } }) => answerJson(await readPreverified(deps, id))),
      ),
      DELETE: admin(
        declared(DELETE, async ({ params: { id } }) => {
          await deletePreverified(deps, id);
          return answerJson({ preverified_id: id });
        }),
      ),
    },
    [`${path}/:id/code-requests`]: {
      POST: operator(
        declared(REQUEST_CODE, async ({ params: { id }, body }) => {
          await requestPreverifiedCode(deps, id, body);
          return answerJson({ preverified_id: id });
        }),
      ),
    },
    [`${path}/:id/codes`]: {
      POST: operator(
        declared(SUBMIT_CODE, async ({ params: { id }, body }) => {
          await submitPreverifiedCode(deps, id, body.code);
          return answerJson({ preverified_id: id });
        }),
      ),
    },
  };
}
