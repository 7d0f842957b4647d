import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openEdge, type Edge } from './edge.ts';
import { descriptionIn } from './documented.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(() => edge.close());

describe('the description of the API', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { text, headers } = await edge.call('/openapi.json');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(JSON.parse(text)).toHaveProperty('openapi', '3.1.0');
    expect(await new Validator().validate(asObject(text))).toEqual({ valid: true });
  });

  test('has every route of the API, and no other', async () => {
    const described = (await edge.description()).operations.map(
      ({ method, path }) => `${method} ${path}`,
    );
    const served = edge.routes
      .filter((route) => /^[A-Z]+ \/(v1\/|healthz|readyz|openapi)/.test(route))
      .filter((route) => !route.startsWith('ALL '))
      .map((route) => route.replaceAll(/:([a-z_]+)/g, '{$1}'));
    expect(described.toSorted()).toEqual(served.toSorted());
  });

  test('leads people to the page that tells the same', async () => {
    const { text } = await edge.call('/openapi.json');
    expect(JSON.parse(text)).toHaveProperty('externalDocs.url', '/docs');
  });

  test('tells which members a body must have', async () => {
    const { text } = await edge.call('/openapi.json');
    expect(JSON.parse(text)).toMatchObject({
      paths: {
        '/v1/signups': {
          post: {
            operationId: 'post_signups',
            requestBody: {
              required: true,
              content: {
                'application/json': {
                  schema: {
                    required: ['code', 'waba_id', 'phone_number_id'],
                    additionalProperties: false,
                    properties: { waba_id: { type: 'string', pattern: '^[0-9]{1,20}$' } },
                  },
                },
              },
            },
          },
        },
        '/v1/numbers/{id}/retry': { post: { parameters: [{ in: 'path' }, { in: 'header' }] } },
      },
    });
  });
});

describe('an answer', () => {
  const json = { status: 200, contentType: 'application/json; charset=utf-8', text: '{}' };
  const asked = { method: 'GET', path: '/healthz' };

  test.each([
    [{ text: '{"status":"ok"}' }, undefined],
    [{ status: 201 }, 'status 201 is not documented'],
    [{ contentType: 'text/html' }, 'text/html is not documented for 200'],
    [{ text: '{}' }, "data must have required property 'status'"],
    [{ text: '{"status":"ok","more":1}' }, 'data must NOT have additional properties'],
  ])('that is not documented is seen as such: %j', async (changes, fault) => {
    const description = await edge.description();
    expect(description.fault(asked, { ...json, ...changes })).toBe(fault);
  });

  test('with a code that the route does not list is seen as such', async () => {
    const { text } = await edge.call('/openapi.json');
    const error = { code: 'code_expired', message: 'x', request_id: crypto.randomUUID() };
    const answer = { ...json, status: 400, text: JSON.stringify({ error }) };
    const fault = descriptionIn(text).fault({ method: 'GET', path: '/v1/numbers/1' }, answer);
    expect(fault).toContain('must be equal to one of the allowed values');
  });
});

function asObject(text: string): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}
