import { readFile } from 'node:fs/promises';

import { z } from 'zod';

/** One field or parameter, as far as it can be compared. */
const formSchema = z.object({
  enum: z.array(z.string()).optional(),
  pattern: z.string().optional(),
});
const objectSchema = z.object({
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), formSchema).default({}),
});
const listSchema = z.object({
  properties: z.object({ data: z.object({ items: objectSchema }) }),
});
const operationSchema = z.object({
  query: z.record(z.string(), formSchema),
  body: objectSchema.default({ required: [], properties: {} }),
  statuses: z.array(z.string()),
  answer: z.object({
    schema: z.union([
      listSchema.transform(({ properties }) => properties.data.items.properties),
      objectSchema.transform(({ properties }) => properties),
    ]),
    examples: z.record(z.string(), z.unknown()),
  }),
});
const fileSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
});

export type Form = z.infer<typeof formSchema>;
type Operation = z.infer<typeof operationSchema>;

/** Meta's own description of the calls we make, by `POST /{Phone-Number-ID}/register`. */
export async function readSpec(): Promise<ReadonlyMap<string, Operation>> {
  const file = await readFile(new URL('meta-openapi-v23.0.json', import.meta.url), 'utf8');
  const { paths } = fileSchema.parse(JSON.parse(file));
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        `${method.toUpperCase()} ${path.replace('/{Version}', '')}`,
        operation,
      ]),
    ),
  );
}
