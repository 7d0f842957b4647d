import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { jsonText } from '../../src/http/reference/json-text.ts';
import { VERIFY_TOKEN } from '../support/fake-meta.ts';
import { bearerOf, openEdge, sign, type Answer, type Edge } from './edge.ts';

const bodyShape = z.object({ properties: z.record(z.string(), z.unknown()).default({}) });
const hasCurl = existsSync('/usr/bin/curl') || process.env['CI'] !== undefined;

let edge: Edge;
let page: Answer;

beforeAll(async () => {
  edge = await openEdge({ hasPartner: true });
  page = await edge.call('/docs', { headers: { authorization: '' } });
});

afterAll(() => edge.close());

const ESCAPED = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

function plain(markup: string): string {
  return Object.entries(ESCAPED).reduce((text, [from, to]) => text.replaceAll(from, to), markup);
}

/** What a reader may type, by its route. */
function examples(): ReadonlyMap<string, string> {
  const parts = page.text.matchAll(/aria-label="Example of ([^"]+)"\s*>\s*<code>([^<]+)<\/code>/g);
  return new Map([...parts].map(([, route = '', markup = '']) => [route, plain(markup)]));
}

/** From its heading to the next. */
function articleOf(route: string): string {
  const [, after = ''] = page.text.split(new RegExp(`<h3 id="[^"]+">\\s*<code>${route}</code>`));
  return after.split('<h3')[0] ?? '';
}

describe('the reference of the API', () => {
  test('is shown to anyone, and lets no script run but files of its own', () => {
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    expect(page.text).not.toMatch(/ style=| on[a-z]+="|<script>/);
  });

  test('has each route that the description has, with all that it takes and answers', async () => {
    const { operations } = await edge.description();
    for (const { method, path, parameters = [], requestBody, responses } of operations) {
      const route = `${method} ${path}`;
      const article = articleOf(route.replaceAll(/[{}.]/g, String.raw`\$&`));
      const body = bodyShape.parse(requestBody?.content['application/json']?.schema ?? {});
      const names = parameters.map(({ name }) => name).filter((name) => name !== 'idempotency-key');
      for (const name of [...names, ...Object.keys(body.properties)]) {
        const has = article.includes(`<code>${name}</code>`);
        expect([route, name, has]).toEqual([route, name, true]);
      }
      const statuses = Object.keys(responses).filter((status) => status.startsWith('2'));
      for (const status of statuses) expect(article).toContain(`>${status}</span>`);
    }
    expect([...examples().keys()].toSorted()).toEqual(
      operations.map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
  });

  test('has the examples of the documentation', () => {
    const written = readFileSync('docs/reference/http-api.md', 'utf8');
    expect(examples().size).toBeGreaterThan(30);
    for (const command of examples().values()) expect(written).toContain(command);
  });

  test.skipIf(!hasCurl)('has examples that the service takes as they are typed', async () => {
    const { authorization } = await bearerOf(edge.store);
    const body = '{"object":"whatsapp_business_account","entry":[]}';
    const env = {
      ...{ PATH: process.env['PATH'], BASE: edge.url, TOKEN: authorization.slice(7) },
      ...{ META_VERIFY_TOKEN: VERIFY_TOKEN, SIGNATURE: sign(body).slice(7) },
    };
    for (const [route, command] of examples()) {
      const typed = `${command} -s -w ' %{http_code}'`;
      const { stdout } = await promisify(execFile)('sh', ['-c', typed], { env });
      const status = stdout.slice(-3);
      // Meta's example ids are known to nobody here, and the code is none.
      const said = stdout.startsWith('{"error"') ? stdout : '';
      const isTaken = /^(20\d|404|409|422)$/.test(status) && !said.includes('"code":"not_found"');
      expect([route, status, isTaken ? '' : said]).toEqual([route, status, '']);
    }
  });
});

test('JSON for people breaks what does not fit a line, and nothing else', () => {
  const long = 'x'.repeat(80);
  expect(jsonText({ a: [1, { b: null }], c: {} })).toBe('{ "a": [1, { "b": null }], "c": {} }');
  expect(jsonText({ a: [long, 'y'.repeat(20)] })).toBe(
    `{\n  "a": [\n    "${long}",\n    "${'y'.repeat(20)}"\n  ]\n}`,
  );
});
