// Prints what test/graph/conformance.test.ts needs of Meta's OpenAPI description, which is published with the MIT licence at
// https://github.com/facebook/openapi: `node scripts/extract-meta-spec.ts <business-messaging-api_v23.0.yaml>`.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { parse } from 'yaml';
import { z } from 'zod';

/** The calls of our client that the description knows. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  '/{Version}/{Business-ID}/add_phone_numbers': ['post'],
  '/{Version}/{Business-ID}/preverified_numbers': ['get'],
  '/{Version}/{Business-ID}/share_preverified_numbers': ['post'],
  '/{Version}/{Phone-Number-ID}': ['get', 'post'],
  '/{Version}/{Phone-Number-ID}/deregister': ['post'],
  '/{Version}/{Phone-Number-ID}/register': ['post'],
  '/{Version}/{Phone-Number-ID}/request_code': ['post'],
  '/{Version}/{Phone-Number-ID}/verify_code': ['post'],
  '/{Version}/{Pre-Verified-Phone-Number-ID}': ['get', 'delete'],
  '/{Version}/{Pre-Verified-Phone-Number-ID}/partners': ['get'],
  '/{Version}/{Pre-Verified-Phone-Number-ID}/request_code': ['post'],
  '/{Version}/{Pre-Verified-Phone-Number-ID}/verify_code': ['post'],
  '/{Version}/{WABA-ID}': ['get'],
  '/{Version}/{WABA-ID}/phone_numbers': ['get', 'post'],
  '/{Version}/{WABA-ID}/subscribed_apps': ['get', 'post', 'delete'],
};

/** Deep enough for the fields of the items of a list. */
const SCHEMA_DEPTH = 3;

const anything = z.record(z.string(), z.unknown());
const content = z.object({
  content: z.object({
    'application/json': z.object({ schema: anything, examples: anything.optional() }),
  }),
});
const operation = z.object({
  parameters: z.array(anything),
  requestBody: content.optional(),
  responses: anything,
});
const parameter = z.object({
  ...{ name: z.string(), in: z.string(), required: z.boolean().default(false) },
  schema: anything,
});
const document = z.object({
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), anything),
});

type Resolve = (node: unknown) => Record<string, unknown>;

function extractOf(root: unknown): object {
  const { info, paths } = document.parse(root);
  const resolve: Resolve = (node) => resolved(root, node);
  const kept = Object.entries(OPERATIONS).map(([path, methods]) => {
    const each = methods.map((method) => {
      return [method, operationOf(resolve, paths[path]?.[method])] as const;
    });
    return [path, Object.fromEntries(each)] as const;
  });
  return {
    source: 'https://github.com/facebook/openapi/blob/main/business-messaging-api_v23.0.yaml',
    licence: 'MIT, see LICENSE beside this file',
    info: { title: info.title, version: info.version },
    paths: Object.fromEntries(kept),
  };
}

function operationOf(resolve: Resolve, node: unknown): object {
  const { parameters, requestBody, responses } = operation.parse(node);
  const queries = parameters
    .map((each) => parameter.parse(resolve(each)))
    .filter((each) => each.in === 'query');
  return {
    query: Object.fromEntries(queries.map(({ name, schema }) => [name, trim(resolve, schema)])),
    ...(requestBody === undefined ? {} : { body: contentOf(resolve, requestBody).schema }),
    statuses: Object.keys(responses),
    answer: contentOf(resolve, resolve(responses['200'])),
  };
}

function contentOf(resolve: Resolve, node: unknown): { schema: object; examples: object } {
  const { schema, examples = {} } = content.parse(node).content['application/json'];
  const values = Object.entries(examples).flatMap(([name, example]) => {
    const known = z.object({ value: z.unknown() }).safeParse(example);
    return known.success ? [[name, known.data.value] as const] : [];
  });
  return { schema: trim(resolve, schema), examples: Object.fromEntries(values) };
}

/** What can be compared with ours: names, forms and words. */
function trim(resolve: Resolve, node: unknown, depth = SCHEMA_DEPTH): object {
  const { type, enum: words, pattern, required, properties, items } = resolve(node);
  const isDeep = depth === 0;
  const fields = anything.optional().parse(properties) ?? {};
  const trimmed = Object.entries(fields).map(([name, each]) => {
    return [name, trim(resolve, each, depth - 1)] as const;
  });
  return {
    ...Object.fromEntries(
      Object.entries({ type, enum: words, pattern, required }).filter(([, value]) => value),
    ),
    ...(properties === undefined || isDeep ? {} : { properties: Object.fromEntries(trimmed) }),
    ...(items === undefined || isDeep ? {} : { items: trim(resolve, items, depth - 1) }),
  };
}

function resolved(root: unknown, node: unknown): Record<string, unknown> {
  const known = anything.parse(node);
  const { $ref } = known;
  if (typeof $ref !== 'string') return known;
  const target = $ref
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => anything.parse(at)[key], root);
  return resolved(root, target);
}

const [path] = parseArgs({ allowPositionals: true }).positionals;
if (path === undefined) throw new Error('Which file? Name the YAML file of the description.');
const extract = extractOf(parse(await readFile(path, 'utf8')));
process.stdout.write(await format(JSON.stringify(extract), { parser: 'json', printWidth: 100 }));
