import {
  addPreverified,
  deletePreverified,
  listPreverified,
  readPreverified,
  requestPreverifiedCode,
  submitPreverifiedCode,
  type PreverifiedDeps,
} from '../desk/preverified.ts';
import { checkedDigits } from '../graph/checks.ts';
import type { PreverifiedId } from '../graph/ids.ts';
import { answerJson } from './answers.ts';
import { readJsonObject, readOptionalJsonObject } from './body.ts';
import { codeRequestOf } from './code-request.ts';
import { readQuery } from './query.ts';
import { admin, operator, viewer, type Call, type Handler, type Routes } from './routes.ts';
import { readIdempotencyKey } from './signup-request.ts';
import { checkedText, oneOf, oneTimeCodeOf, optional, preverifiedIdOf } from './values.ts';

/** The partner's own numbers, proved before a customer picks one. */
export function preverifiedRoutes(deps: PreverifiedDeps): Routes {
  const by =
    (take: (call: Call, deps: PreverifiedDeps) => Promise<Response>): Handler =>
    (call) =>
      take(call, deps);
  const path = '/v1/preverified-numbers';
  return {
    [path]: { GET: viewer(by(list)), POST: operator(by(add)) },
    [`${path}/:id`]: { GET: viewer(by(show)), DELETE: admin(by(remove)) },
    [`${path}/:id/code-requests`]: { POST: operator(by(requestCode)) },
    [`${path}/:id/codes`]: { POST: operator(by(submitCode)) },
  };
}

async function list({ request }: Call, deps: PreverifiedDeps): Promise<Response> {
  const query = readQuery(request, ['status', 'phone_number']);
  const status = optional(query.get('status'), (value) =>
    oneOf(value, 'invalid_status', ['VERIFIED', 'NOT_VERIFIED', 'EXPIRED']),
  );
  const phoneNumber = optional(query.get('phone_number'), digitsOf);
  const numbers = await listPreverified(deps, {
    ...(status === undefined ? {} : { status }),
    ...(phoneNumber === undefined ? {} : { phoneNumber }),
  });
  return answerJson({ preverified_numbers: numbers });
}

async function add({ request }: Call, deps: PreverifiedDeps): Promise<Response> {
  readQuery(request);
  const body = await readJsonObject(request, ['phone_number']);
  const digits = digitsOf(body.get('phone_number'));
  readIdempotencyKey(request);
  const id = await addPreverified(deps, digits);
  const location = `/v1/preverified-numbers/${id}`;
  return answerJson({ preverified_id: id }, 201, { location });
}

function digitsOf(value: unknown): string {
  return checkedText(value, 'invalid_phone_number', checkedDigits);
}

async function show(call: Call, deps: PreverifiedDeps): Promise<Response> {
  return answerJson(await readPreverified(deps, askedNumber(call)));
}

async function remove(call: Call, deps: PreverifiedDeps): Promise<Response> {
  const id = askedNumber(call);
  await readOptionalJsonObject(call.request, []);
  readIdempotencyKey(call.request);
  await deletePreverified(deps, id);
  return answerJson({ preverified_id: id });
}

async function requestCode(call: Call, deps: PreverifiedDeps): Promise<Response> {
  const id = askedNumber(call);
  const how = codeRequestOf(await readJsonObject(call.request, ['method', 'language']));
  readIdempotencyKey(call.request);
  await requestPreverifiedCode(deps, id, how);
  return answerJson({ preverified_id: id });
}

async function submitCode(call: Call, deps: PreverifiedDeps): Promise<Response> {
  const id = askedNumber(call);
  const body = await readJsonObject(call.request, ['code']);
  const code = oneTimeCodeOf(body.get('code'));
  readIdempotencyKey(call.request);
  await submitPreverifiedCode(deps, id, code);
  return answerJson({ preverified_id: id });
}

function askedNumber({ params, request }: Call): PreverifiedId {
  const id = preverifiedIdOf(params['id']);
  readQuery(request);
  return id;
}
