import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';

const responseSchema = z.object({
  content: z.record(z.string(), z.object({ schema: z.unknown() })).optional(),
});
const operationSchema = z.object({
  requestBody: z
    .object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) })
    .optional(),
  parameters: z
    .array(
      z.object({
        in: z.string(),
        name: z.string(),
        required: z.boolean().optional(),
        schema: z.unknown(),
      }),
    )
    .optional(),
  responses: z.record(z.string(), responseSchema),
});
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

export type Operation = z.output<typeof operationSchema> & {
  readonly method: string;
  readonly path: string;
};

/** What `/openapi.json` says of the service, asked as any reader of it could. */
export interface Description {
  readonly operations: readonly Operation[];
  /** Why the answer is not one that the document tells; undefined if it is. Nothing is said of paths that are not in it. */
  fault(
    asked: { readonly method: string; readonly path: string },
    answer: Answered,
  ): string | undefined;
}

interface Answered {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export function descriptionIn(json: string): Description {
  const document = documentSchema.parse(JSON.parse(json));
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': isDateTime, uuid: UUID } });
  ajv.addSchema({ $id: 'openapi', ...document });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      ...{ path, method: method.toUpperCase() },
    })),
  );
  const validators = new Map<unknown, ValidateFunction>();
  const validatorOf = (schema: unknown): ValidateFunction => {
    const known = validators.get(schema) ?? ajv.compile(absolute(schema));
    validators.set(schema, known);
    return known;
  };
  return {
    operations,
    fault: ({ method, path }, answer) => {
      const operation = operations.find((each) => each.method === method && isAt(path, each.path));
      if (operation === undefined) return undefined;
      const response = operation.responses[String(answer.status)];
      if (response === undefined) return `status ${answer.status} is not documented`;
      if (response.content === undefined) return emptyOr(answer.text);
      const type = answer.contentType.split(';')[0] ?? '';
      const { schema } = response.content[type] ?? {};
      if (schema === undefined) return `${type} is not documented for ${answer.status}`;
      const isValid = validatorOf(schema);
      const value: unknown = type === 'application/json' ? JSON.parse(answer.text) : answer.text;
      return isValid(value) ? undefined : ajv.errorsText(isValid.errors);
    },
  };
}

function isAt(path: string, pattern: string): boolean {
  const form = pattern.replaceAll(/\{[^}]+\}/g, '[^/]+').replaceAll('.', '\\.');
  return new RegExp(`^${form}$`).test(path.split('?', 1)[0] ?? '');
}

/** References within the document, for a schema that is compiled apart from it. */
function absolute(schema: unknown): object {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/');
  return z.looseObject({}).parse(JSON.parse(text));
}

function emptyOr(text: string): string | undefined {
  return text === '' ? undefined : 'a body is not documented';
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text);
}
