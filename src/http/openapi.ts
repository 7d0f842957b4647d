import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import { isOptional, isOrder, json, type Contract, type DeclaredAnswer } from './contract.ts';
import { templateOf, type DescribedRoute } from './described.ts';
import { entryOf, type ErrorCode } from './errors.ts';
import { groupOf, GROUPS } from './reference/groups.ts';
import { errorsOf } from './route-errors.ts';

export const OPENAPI = {
  summary: 'This document',
  answers: { 200: json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })) },
};

type Document = ReturnType<typeof createDocument>;
type Operation = NonNullable<Parameters<typeof createDocument>[0]['paths']>[string]['get'];

/** What the app has, as OpenAPI 3.1. Source: the contracts of its routes. */
export function openApiOf(routes: readonly DescribedRoute[]): Document {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = templateOf(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'WhatsApp number onboarding',
      version: '1',
      description: 'Takes WhatsApp Business phone numbers from Embedded Signup to registered.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    externalDocs: {
      url: '/docs',
      description: 'The same for people, with an example of each call',
    },
    tags: GROUPS.map(({ title }) => ({ name: title })),
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  });
}

function operationOf(route: DescribedRoute): Operation {
  const { method, path, role, contract } = route;
  const { summary, body } = contract;
  return {
    operationId: operationIdOf(method, path),
    tags: [groupOf(route).title],
    summary,
    description: role === 'anyone' ? 'For anyone.' : `For callers with the role ${role} or above.`,
    security: role === 'anyone' ? [] : [{ bearer: [] }],
    requestParams: paramsOf(route),
    ...(body !== undefined && { requestBody: requestBodyOf(body) }),
    responses: {
      ...(role !== 'anyone' && method === 'GET' && { 303: LOGIN }),
      ...responsesOf(contract, errorsOf(route)),
    },
  };
}

function paramsOf({ method, contract }: DescribedRoute) {
  const { params, query, headers } = contract;
  return {
    ...(params !== undefined && { path: params }),
    ...(query !== undefined && { query }),
    ...(headers !== undefined && { header: headers }),
    ...(isOrder(method) && contract.isRaw !== true && { header: ORDER_HEADERS }),
  };
}

const LOGIN = { description: 'A person at a browser that is not known: to the login' };

const ORDER_HEADERS = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[!-~]{1,255}$/)
    .optional()
    .meta({ description: 'A repeat under the same key has the answer of the first.' }),
});

/** `POST /v1/numbers/:id/retry` is `post_numbers_id_retry`. */
function operationIdOf(method: string, path: string): string {
  const words = path.split(/[^a-z0-9]+/i).filter((word) => word !== '' && word !== 'v1');
  return [method.toLowerCase(), ...words].join('_');
}

function requestBodyOf(body: z.ZodObject) {
  return { required: !isOptional(body), content: { 'application/json': { schema: body } } };
}

function responsesOf({ answers }: Contract, errors: readonly ErrorCode[]) {
  const statuses = [...new Set(errors.map((code) => entryOf(code).status))];
  return {
    ...Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)]),
    ),
    ...Object.fromEntries(
      statuses.map((status) => [
        status,
        errorResponseOf(errors.filter((code) => entryOf(code).status === status)),
      ]),
    ),
  };
}

function responseOf({ what, content }: DeclaredAnswer) {
  const byType = Object.entries(content).map(([type, schema]) => [type, { schema }] as const);
  return {
    description: what,
    ...(byType.length > 0 && { content: Object.fromEntries(byType) }),
  };
}

const refusal = z
  .strictObject({
    cause: z.string(),
    code: z.int().optional(),
    subcode: z.int().optional(),
    trace_id: z.string().optional(),
  })
  .meta({ id: 'Refusal', description: 'What Meta refused with.' });

function errorResponseOf(codes: readonly ErrorCode[]) {
  const error = z.strictObject({
    code: z.enum(codes),
    message: z.string(),
    request_id: z.uuid(),
    refusal: refusal.optional(),
  });
  return {
    description: codes.map((code) => `\`${code}\`: ${entryOf(code).message}`).join('\n\n'),
    content: { 'application/json': { schema: z.strictObject({ error }) } },
  };
}
