import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Description, Operation } from './documented.ts';
import { bearerOf, exchangeBytes, openEdge, phoneNumberId, wabaId, type Edge } from './edge.ts';

const CANARY = 'canary-7f3a9c';
const RUNS = 12;
/** An answer takes milliseconds; a busy machine makes seconds of them. */
const LONGEST_MS = 1000;

let edge: Edge;
let description: Description;
let authorization: string;

beforeAll(async () => {
  edge = await openEdge();
  description = await edge.description();
  authorization = (await bearerOf(edge.store)).authorization;
  await edge.store.numbers.announce({
    ...{ phoneNumberId: phoneNumberId('1'), wabaId: wabaId('2'), stage: 'registering' },
    ...{ waitingFor: 'operator', deadlineAtMs: Date.now() + 86_400_000, progressJson: '{}' },
    ...{ events: [], announcementKey: 'fuzz' },
  });
});

afterAll(() => edge.close());

const property = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  pattern: z.string().optional(),
  items: z.unknown().optional(),
});
const objectSchema = z.object({ properties: z.record(z.string(), z.unknown()) });

/** What the schema allows, and now and then what it does not. */
function valueFor(schema: unknown): fc.Arbitrary<unknown> {
  const { type, enum: words, pattern, items } = property.parse(schema);
  const junk = fc.oneof(fc.jsonValue(), fc.constant(CANARY));
  return fc.oneof({ weight: 4, arbitrary: fitting() }, { weight: 1, arbitrary: junk });

  function fitting(): fc.Arbitrary<unknown> {
    if (words !== undefined) return fc.constantFrom(...words);
    if (type === 'boolean') return fc.boolean();
    if (type === 'array') return fc.array(valueFor(items), { maxLength: 4 });
    // fast-check knows no classes of characters by name.
    if (pattern === undefined || pattern.includes('\\p')) return fc.string({ maxLength: 30 });
    return fc.stringMatching(new RegExp(pattern));
  }
}

function bodyFor({ requestBody }: Operation): fc.Arbitrary<unknown> {
  const schema = requestBody?.content['application/json']?.schema;
  if (schema === undefined) return fc.constant(undefined);
  const { properties } = objectSchema.parse(schema);
  const members = Object.entries(properties).map(([name, each]) => [name, valueFor(each)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: [] });
}

function targetFor({ path, parameters = [] }: Operation): fc.Arbitrary<string> {
  const known = parameters.filter((each) => each.in === 'query');
  const query = fc
    .subarray(known)
    .chain((some) =>
      fc.tuple(
        ...some.map(({ name, schema }) =>
          valueFor(schema).map((value): [string, string] => [name, textOf(value)]),
        ),
      ),
    );
  const id = fc.oneof(
    fc.constantFrom('1', '2'),
    fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._~-]{0,29}$/),
  );
  return fc
    .tuple(id, query)
    .map(([name, words]) =>
      [path.replaceAll(/\{[^}]+\}/g, name), new URLSearchParams(words).toString()].join('?'),
    );
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

describe('what the description allows, and what it does not', () => {
  test('has an answer on every route that the description tells, soon, and without the input', async () => {
    for (const operation of description.operations) {
      const { method } = operation;
      const call = fc.tuple(targetFor(operation), bodyFor(operation));
      await fc.assert(
        fc.asyncProperty(call, async ([target, body]) => {
          const startedMs = performance.now();
          const answer = await edge.call(target, {
            method,
            ...(body !== undefined && {
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(body),
            }),
          });
          expect(performance.now() - startedMs).toBeLessThan(LONGEST_MS);
          expect(answer.status, `${method} ${target}`).toBeLessThan(500);
          expect(answer.text).not.toContain(CANARY);
        }),
        { numRuns: RUNS },
      );
    }
    expect(description.operations.length).toBeGreaterThan(30);
  });
});

describe('any bytes at all', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.constant(Buffer.from(`{"${CANARY}":"${CANARY}"}`)),
  );
  const type = fc.constantFrom('application/json', 'text/plain', CANARY, '');

  test('on any route have an answer that is documented, soon, and without the input', async () => {
    for (const { method, path } of description.operations) {
      await fc.assert(
        fc.asyncProperty(bytes, type, async (body, contentType) => {
          const target = path.replaceAll(/\{[^}]+\}/g, CANARY);
          const head = [
            `${method} ${target} HTTP/1.1`,
            ...['host: 127.0.0.1', `authorization: ${authorization}`, `x-more: ${CANARY}`],
            ...(contentType === '' ? [] : [`content-type: ${contentType}`]),
            ...[`content-length: ${body.length}`, 'connection: close', '', ''],
          ].join('\r\n');
          const startedMs = performance.now();
          const answer = await exchangeBytes(edge.port, [head, body]);
          expect(performance.now() - startedMs).toBeLessThan(LONGEST_MS);
          const status = Number(/^HTTP\/1\.1 (?<status>\d{3}) /.exec(answer)?.groups?.['status']);
          expect(status, answer).toBeLessThan(500);
          expect(answer).not.toContain(CANARY);
          const [, text = ''] = answer.split('\r\n\r\n', 2);
          const typeOf = /^content-type: (?<type>.*)$/im.exec(answer)?.groups?.['type'] ?? '';
          const asked = { method, path: target };
          expect(description.fault(asked, { status, contentType: typeOf, text })).toBeUndefined();
        }),
        { numRuns: RUNS },
      );
    }
    expect((await edge.call('/healthz')).status).toBe(200);
  });

  test('in place of a request have an answer, or the connection is closed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (request) => {
        const answer = await exchangeBytes(edge.port, [request, '\r\n\r\n']);
        expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d .*)?/);
        expect(answer).not.toMatch(/^HTTP\/1\.1 5/);
      }),
      { numRuns: 50 },
    );
    expect((await edge.call('/healthz')).status).toBe(200);
  });
});
