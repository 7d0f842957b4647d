import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bearerOf, openEdge, phoneNumberId, wabaId, type Edge } from './edge.ts';

const LIMITS = { mostStreams: 2, pollMs: 10, beatMs: 200, longestMs: 60_000 };
const page = z.strictObject({
  events: z.array(z.looseObject({ id: z.number(), phone_number_id: z.string() })),
  paging: z.strictObject({ after: z.string().optional() }),
});

let edge: Edge;
let bearer: Record<string, string>;
let key = 0;
const open: AbortController[] = [];

beforeAll(async () => {
  edge = await openEdge({ feedLimits: LIMITS });
  bearer = await bearerOf(edge.store);
});

afterEach(async () => {
  for (const each of open.splice(0)) each.abort();
  // The service sees that a reader has gone with its next words.
  await wait(2 * LIMITS.beatMs);
});

afterAll(() => edge.close());

function happen(id: string, text: string): Promise<void> {
  key += 1;
  return edge.store.numbers.announce({
    ...{ phoneNumberId: phoneNumberId(id), wabaId: wabaId('6'), stage: 'registering' },
    ...{ waitingFor: 'meta', deadlineAtMs: 0, progressJson: '{}', announcementKey: String(key) },
    events: [{ kind: 'waiting', atMs: 0, text, actor: 'Meta' }],
  });
}

interface Stream {
  readonly response: Response;
  /** All that has come, once it has this in it. */
  readonly until: (words: string) => Promise<string>;
  /** All there is, when the service ends it. */
  readonly rest: () => Promise<string>;
}

async function stream(path: string, headers: Record<string, string> = {}, at = edge) {
  const abort = new AbortController();
  open.push(abort);
  const response = await fetch(`${at.url}${path}`, {
    headers: { ...(await bearerOf(at.store)), accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const read = async (isEnough: () => boolean): Promise<string> => {
    while (!isEnough()) {
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      text += part.value;
    }
    return text;
  };
  const opened: Stream = {
    response,
    until: (words) => read(() => text.includes(words)),
    rest: () => read(() => false),
  };
  return opened;
}

describe('the events', () => {
  test('of a number come in pages, those of others not', async () => {
    for (const text of ['a', 'b', 'c']) await happen('1', text);
    await happen('2', 'other');
    const first = page.parse(JSON.parse((await edge.call('/v1/numbers/1/events?limit=2')).text));
    expect(first.events.map((event) => event['text'])).toEqual(['a', 'b']);
    const rest = await edge.call(`/v1/numbers/1/events?after=${first.paging.after ?? ''}`);
    const second = page.parse(JSON.parse(rest.text));
    expect([second.events.map((event) => event['text']), second.paging]).toEqual([['c'], {}]);
    const all = page.parse(JSON.parse((await edge.call('/v1/events')).text));
    expect(all.events.map((event) => event.phone_number_id)).toEqual(['1', '1', '1', '2']);
  });

  test.each([
    ['/v1/numbers/99/events', 404, 'unknown_number'],
    ['/v1/numbers/1/events?after=x', 400, 'invalid_after'],
    ['/v1/events?limit=0', 400, 'invalid_limit'],
  ])('that cannot be asked for are refused: %s', async (path, status, code) => {
    const answer = await edge.call(path);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  test('of a number come live, those of others not', async () => {
    const { response, until } = await stream('/v1/numbers/1/events');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await until('retry:');
    await happen('2', 'not for us');
    await happen('1', 'for us');
    const text = await until('for us');
    expect(text).toMatch(/^id: \d+\nevent: number\ndata: \{"id":\d+,"phone_number_id":"1",.*\}$/m);
    expect(text).not.toContain('not for us');
  });

  test('go on for who was cut off after the last one that was seen', async () => {
    const before = await edge.store.numbers.newestEventId();
    await happen('1', 'missed');
    const { until } = await stream('/v1/events', { 'last-event-id': String(before) });
    const text = await until('missed');
    expect(text.match(/^id: /gm)).toHaveLength(1);
    const wrong = await edge.call('/v1/events', {
      headers: { ...bearer, accept: 'text/event-stream', 'last-event-id': 'x' },
    });
    expect([wrong.status, wrong.code]).toEqual([400, 'invalid_after']);
  });

  test('say now and then that the stream lives', async () => {
    await (await stream('/v1/events')).until(': still here');
  });

  test('have no more streams than allowed, and a place again once a reader has gone', async () => {
    await (await stream('/v1/events')).until('retry:');
    await (await stream('/v1/events')).until('retry:');
    const third = await edge.call('/v1/events', { headers: { accept: 'text/event-stream' } });
    expect([third.status, third.code, third.headers.get('retry-after')]).toEqual([
      503,
      'too_many_streams',
      '5',
    ]);
    open.shift()?.abort();
    await expect
      .poll(async () => (await stream('/v1/events')).response.status, { interval: 100 })
      .toBe(200);
  });

  test('end with the service, and when a stream has lasted long enough', async () => {
    const other = await openEdge({ feedLimits: { ...LIMITS, longestMs: 100 } });
    expect(await (await stream('/v1/events', {}, other)).rest()).toBe('retry: 2000\n\n');
    await other.close();
    const last = await openEdge({ feedLimits: LIMITS });
    const { until, rest } = await stream('/v1/events', {}, last);
    await until('retry:');
    const [text] = await Promise.all([rest(), last.close()]);
    expect(text.startsWith('retry: 2000\n\n')).toBe(true);
  });
});
