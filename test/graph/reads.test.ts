import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { Secret } from '../../src/domain/secret.ts';
import { GraphMalformed, GraphRefused } from '../../src/graph/errors.ts';
import type { ListProgress } from '../../src/graph/pages.ts';
import { all, clientOf, failureOf, NUMBER, serve, TOKEN, WABA, type Answer } from './servers.ts';

const token = new Secret(TOKEN);
const ofNumber = { phoneNumberId: NUMBER, token };
const ofAccount = { wabaId: WABA, token };

const number = (id: string, more: object = {}): object => ({
  ...{ id, display_phone_number: '+1 631-555-1111', code_verification_status: 'VERIFIED' },
  ...more,
});

/** A list of so many numbers, after Meta's manner: every seventh page is empty, and `next` tells if there is more. */
const account =
  (total: number, more: object = {}) =>
  ({ url }: { url: URL }): Answer => {
    const cursor = url.searchParams.get('after') ?? '0';
    const limit = Number(url.searchParams.get('limit'));
    const from = parseInt(cursor);
    const isEmpty = (from / limit) % 7 === 3 && !cursor.endsWith('again');
    const count = isEmpty ? 0 : Math.min(limit, total - from);
    const data = Array.from({ length: count }, (_, n) =>
      number(String(1_000_000 + from + n), more),
    );
    const after = isEmpty ? `${from} again` : String(from + count);
    const cursors = { cursors: { before: cursor, after } };
    const isLast = from + count === total;
    return { body: { data, paging: isLast ? cursors : { ...cursors, next: 'https://x.test' } } };
  };

setFlagsFromString('--expose-gc');

function heapUsed(): number {
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

describe('the numbers of an account', () => {
  it('are asked for by account mode as Meta writes it', async () => {
    const server = await serve({ body: { data: [] } });
    const client = clientOf(server.url);
    for (const accountMode of ['SANDBOX', 'LIVE'] as const) {
      await all(client.listPhoneNumbers({ ...ofAccount, accountMode }));
      await all(client.listPhoneNumberFields({ ...ofAccount, accountMode }));
    }
    const filters = server.seen.map(({ url }) => url.searchParams.get('filtering'));
    const [sandbox, live] = ['SANDBOX', 'LIVE'].map(
      (value) => `[{"field":"account_mode","operator":"EQUAL","value":"${value}"}]`,
    );
    expect(filters).toEqual([sandbox, sandbox, live, live]);
  });

  it('are asked for without fields, a filter or a sorting, if nobody wishes one', async () => {
    const server = await serve({ body: { data: [] } });
    await all(clientOf(server.url).listPhoneNumberFields(ofAccount));
    const names = [...(server.seen[0]?.url.searchParams.keys() ?? [])];
    expect(names).toEqual(['limit', 'appsecret_proof']);
  });

  it('keep their filter and their fields on every page', async () => {
    const server = await serve(account(250));
    const wish = { accountMode: 'LIVE', fields: ['name_status', 'certificate'] } as const;
    const list = clientOf(server.url).listPhoneNumberFields({ ...ofAccount, ...wish, limit: 90 });
    expect(await all(list)).toHaveLength(250);
    for (const { url } of server.seen) {
      expect(url.searchParams.get('fields')).toBe('name_status,certificate');
      expect(url.searchParams.get('limit')).toBe('90');
      expect(url.searchParams.has('filtering')).toBe(true);
    }
  });

  it('are told page by page to whoever waits for them', async () => {
    const server = await serve(account(250));
    const told: ListProgress[] = [];
    const onPage = (progress: ListProgress): void => void told.push(progress);
    const taken: string[] = [];
    for await (const each of clientOf(server.url).listPhoneNumbers({ ...ofAccount, onPage })) {
      taken.push(each.phoneNumberId);
      expect(told.at(-1)?.items).toBeGreaterThanOrEqual(taken.length);
    }
    expect(told).toEqual([
      { pages: 1, items: 100, isLast: false },
      { pages: 2, items: 200, isLast: false },
      { pages: 3, items: 250, isLast: true },
    ]);
  });

  it('are all read where there are 10,000, over empty pages and in bounded memory', async () => {
    const certificate = 'A'.repeat(4000);
    const server = await serve(account(10_000, { certificate }));
    const ids = new Set<string>();
    let told: ListProgress | undefined;
    const onPage = (progress: ListProgress): void => void (told = progress);
    const heap: number[] = [];
    for await (const each of clientOf(server.url).listPhoneNumbers({ ...ofAccount, onPage })) {
      ids.add(each.phoneNumberId);
      if (ids.size % 2000 === 1) heap.push(heapUsed());
      if (told === undefined || told.items - ids.size >= 100) throw new Error('read ahead');
    }
    expect(ids.size).toBe(10_000);
    expect(told).toEqual({ pages: 114, items: 10_000, isLast: true });
    // All certificates together are 40 MB.
    expect(Math.max(...heap) - Math.min(...heap)).toBeLessThan(10_000_000);
  });

  it('are concluded from no part of a list that turns in a circle', async () => {
    const server = await serve((_, n) => ({
      body: {
        data: [number(String(n))],
        paging: { cursors: { after: 'same' }, next: 'https://x.test' },
      },
    }));
    const client = clientOf(server.url);
    const lists = [
      () => all(client.listPhoneNumbers(ofAccount)),
      () => all<unknown>(client.listPhoneNumberFields(ofAccount)),
    ];
    for (const list of lists) {
      const error = await failureOf(list());
      expect(error).toBeInstanceOf(GraphMalformed);
      expect(String(error)).toContain(
        'Could not list the numbers of the account: the list comes back to a page that was read before',
      );
    }
    expect(server.seen).toHaveLength(4);
  });

  it.each([
    [{ next: 'https://x.test' }, 'the list goes on without a cursor'],
    [{ next: 'https://x.test', cursors: { after: 'c'.repeat(2001) } }, 'not of the known form'],
  ])('end in a clear error at %j', async (paging, text) => {
    const server = await serve({ body: { data: [], paging } });
    const error = await failureOf(all(clientOf(server.url).listPhoneNumbers(ofAccount)));
    expect(String(error)).toContain(text);
    expect(server.seen).toHaveLength(1);
  });
});

describe('a number, in the fields somebody asks for', () => {
  const read = async (body: object, fields?: readonly string[]) => {
    const server = await serve({ body });
    const client = clientOf(server.url);
    const args = { ...ofNumber, ...(fields === undefined ? {} : { fields }) };
    return { server, read: await client.readPhoneNumberFields(args) };
  };

  it('has every field under its name, known here or not', async () => {
    const body = {
      ...{ id: NUMBER, verified_name: 'John’s Cake Shop', is_pin_enabled: true, username: null },
      ...{ throughput: { level: 'HIGH' }, health_status: { entities: [{ id: '7', errors: [] }] } },
      ...{ field_of_the_future: [1, { deep: 2.5 }] },
    };
    const { server, read: number } = await read(body, ['verified_name', 'field_of_the_future']);
    expect(number.phoneNumberId).toBe(NUMBER);
    expect(number.fields).toEqual(body);
    expect(server.seen[0]?.url.searchParams.get('fields')).toBe(
      'verified_name,field_of_the_future',
    );
  });

  it('shows no certificate by accident, and gives it to whoever wants it', async () => {
    const canary = 'CanaryOfTheCertificate0123456789';
    const { read: number } = await read({
      ...{ id: NUMBER, certificate: canary, new_certificate: canary },
      ...{ nested: { certificate: canary, list: [{ access_token: canary }] } },
      ...{ certificate_of_the_future: 'no secret', old_certificate: [canary, { pin: 123456 }] },
    });
    const shown = [inspect(number, { depth: Infinity, showHidden: true }), JSON.stringify(number)];
    expect(shown.filter((text) => text.includes(canary) || text.includes('123456'))).toEqual([]);
    const { certificate } = number.fields;
    expect(certificate instanceof Secret && certificate.reveal()).toBe(canary);
    expect(number.fields['certificate_of_the_future']).toBe('no secret');
  });

  it('has no secret where Meta leaves a certificate empty', async () => {
    const { read: number } = await read({ id: NUMBER, certificate: '', new_certificate: null });
    expect(number.fields).toEqual({ id: NUMBER, certificate: '', new_certificate: null });
  });

  it('may have a certificate of 1 MB, alone and in a list', async () => {
    const large = number(NUMBER, { certificate: 'A'.repeat(1_000_000) });
    const { read: alone } = await read(large);
    const server = await serve({ body: { data: [large] } });
    const [listed] = await all(clientOf(server.url).listPhoneNumberFields(ofAccount));
    for (const each of [alone, listed]) {
      const certificate = each?.fields['certificate'];
      expect(certificate instanceof Secret && certificate.reveal()).toHaveLength(1_000_000);
    }
  });

  it("is refused in Meta's words if a field is unknown, and asked for once", async () => {
    const message =
      '(#100) Tried accessing nonexisting field (certificat) on node type (WhatsAppBusinessPhoneNumber)';
    const server = await serve({ status: 400, body: { error: { message, code: 100 } } });
    const asked = { ...ofNumber, fields: ['certificat'] };
    const error = await failureOf(clientOf(server.url).readPhoneNumberFields(asked));
    expect(error).toBeInstanceOf(GraphRefused);
    expect(error instanceof GraphRefused && error.answer.message).toBe(message);
    expect(server.seen).toHaveLength(1);
  });

  it('is malformed without its id', async () => {
    const server = await serve({ body: { verified_name: 'x' } });
    const error = await failureOf(clientOf(server.url).readPhoneNumberFields(ofNumber));
    expect(error).toMatchObject({ name: 'GraphMalformed', path: 'id' });
  });
});

describe('an account', () => {
  it('tells where its review stands', async () => {
    const body = {
      ...{ id: WABA, name: 'Jaspers Market', account_review_status: 'APPROVED' },
      ...{ business_verification_status: 'not_verified', kept: 'of the future' },
    };
    const server = await serve({ body });
    expect(await clientOf(server.url).readAccount(ofAccount)).toStrictEqual({
      ...{ wabaId: WABA, name: 'Jaspers Market', accountReviewStatus: 'APPROVED' },
      businessVerificationStatus: 'not_verified',
    });
    const [call] = server.seen;
    expect(`${call?.method} ${call?.url.pathname}`).toBe(`GET /v25.0/${WABA}`);
    expect(call?.url.searchParams.get('fields')).toBe(
      'id,name,account_review_status,business_verification_status',
    );
  });
});

describe('what answers say about limits', () => {
  const business = {
    [WABA]: [
      {
        ...{ type: 'whatsapp_business_management', call_count: 28, total_time: 25 },
        ...{ total_cputime: 93, estimated_time_to_regain_access: 19 },
      },
      { type: 'whatsapp', call_count: '7' },
    ],
    'no account': [{ type: 'x', call_count: 1 }],
  };
  const usagesOf = async (headers: Record<string, string>, status = 200): Promise<unknown[]> => {
    const error = { error: { code: 80007 } };
    const server = await serve({
      headers,
      status,
      body: status === 200 ? number(NUMBER) : error,
    });
    const told: unknown[] = [];
    const client = clientOf(server.url, { onUsage: (usage) => void told.push(usage) });
    await client.readPhoneNumber(ofNumber).catch(() => undefined);
    return told;
  };

  it.each([200, 400])('is told after every answer, with HTTP %i', async (status) => {
    const headers = {
      'X-App-Usage': '{"call_count":28,"total_time":30,"total_cputime":25}',
      'X-Business-Use-Case-Usage': JSON.stringify(business),
    };
    expect(await usagesOf(headers, status)).toEqual([
      { kind: 'app', percent: 30 },
      {
        ...{ kind: 'account', wabaId: WABA, limit: 'whatsapp_business_management' },
        ...{ percent: 93, regainMs: 19 * 60_000 },
      },
      { kind: 'account', wabaId: WABA, limit: 'whatsapp', percent: 7, regainMs: 0 },
    ]);
  });

  it.each([{}, { 'X-App-Usage': '{' }, { 'X-Business-Use-Case-Usage': '[]', 'X-App-Usage': '7' }])(
    'is nothing where the headers say nothing: %j',
    async (headers) => {
      expect(await usagesOf(headers)).toEqual([]);
    },
  );
});
