import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import type { Role } from '../domain/role.ts';
import {
  faultsIn,
  isOptional,
  json,
  isOrder,
  type Contract,
  type DeclaredAnswer,
} from './contract.ts';
import { entryOf, type ErrorCode } from './errors.ts';
import type { Routes } from './routes.ts';

/** A route as callers of the API see it. */
export interface DescribedRoute {
  readonly method: string;
  /** With the names of its parameters as `:id`. */
  readonly path: string;
  /** The least that a caller must have. */
  readonly role: Role | 'anyone';
  readonly contract: Contract;
}

/** The routes that say what they take and answer; a page for people does not. */
export function describedIn(routes: Routes): readonly DescribedRoute[] {
  return Object.entries(routes).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(
      ([
        method,
        {
          role,
          handle: { contract },
        },
      ]) => (contract === undefined ? [] : [{ method, path, role, contract }]),
    ),
  );
}

export const OPENAPI = {
  summary: 'This document',
  answers: { 200: json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })) },
};

type Document = ReturnType<typeof createDocument>;
type Operation = NonNullable<Parameters<typeof createDocument>[0]['paths']>[string]['get'];

/** Of every route. */
const ALWAYS: readonly ErrorCode[] = ['bad_request_target', 'internal_error'];
const OF_REPEATS: readonly ErrorCode[] = [
  ...(['idempotency_key_reused', 'order_in_progress', 'outcome_unknown'] as const),
];
/** A dot in front, or what is no letter there, makes another path of it. */
const OF_PATHS: readonly ErrorCode[] = ['not_found'];
const OF_CONTRACTS: readonly ErrorCode[] = ['unknown_parameter'];
const OF_CALLERS: readonly ErrorCode[] = [
  ...(['origin_not_allowed', 'unauthenticated', 'forbidden', 'store_unavailable'] as const),
  ...(['too_many_requests', 'identity_provider_unavailable'] as const),
];
const OF_BODIES: readonly ErrorCode[] = [
  ...(['unsupported_media_type', 'unsupported_content_encoding', 'body_too_large'] as const),
  ...(['body_incomplete', 'empty_body', 'invalid_json', 'duplicate_key', 'invalid_body'] as const),
  ...(['unknown_field', 'invalid_idempotency_key', 'invalid_csrf_token'] as const),
];

/** What the app has, as OpenAPI 3.1. Source: the contracts of its routes. */
export function openApiOf(routes: readonly DescribedRoute[]): Document {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:([a-z_]+)/g, '{$1}');
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
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  });
}

function operationOf({ method, path, role, contract }: DescribedRoute): Operation {
  const { summary, params, query, body } = contract;
  return {
    operationId: operationIdOf(method, path),
    summary,
    description: role === 'anyone' ? 'For anyone.' : `For callers with the role ${role} or above.`,
    security: role === 'anyone' ? [] : [{ bearer: [] }],
    requestParams: {
      ...(params !== undefined && { path: params }),
      ...(query !== undefined && { query }),
      ...(isOrder(method) && contract.isRaw !== true && { header: ORDER_HEADERS }),
    },
    ...(body !== undefined && { requestBody: requestBodyOf(body) }),
    responses: {
      ...(role !== 'anyone' && method === 'GET' && { 303: LOGIN }),
      ...responsesOf(contract, errorsOf({ method, path, role, contract })),
    },
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

/** Every code that the route may answer with, each once. */
function errorsOf({ method, role, contract }: DescribedRoute): readonly ErrorCode[] {
  const { params, query, body, errors = [] } = contract;
  return [
    ...new Set([
      ...ALWAYS,
      ...(role === 'anyone' ? [] : OF_CALLERS),
      ...(params === undefined ? [] : OF_PATHS),
      ...(contract.isRaw === true ? [] : OF_CONTRACTS),
      ...(isOrder(method) && contract.isRaw !== true ? [...OF_BODIES, ...OF_REPEATS] : []),
      ...[params, query, body].flatMap(faultsIn),
      ...errors,
    ]),
  ];
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
