import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Stage, WaitingFor } from '../../src/domain/onboarding.ts';
import { openEdge, phoneNumberId, wabaId, type Edge } from './edge.ts';
import { signUp } from './orders.ts';

const DAY_MS = 86_400_000;

let edge: Edge;

interface Seeded {
  readonly name: string;
  readonly stage: Stage;
  readonly mover: WaitingFor;
  readonly cause?: 'number_in_use' | 'name_in_review';
  readonly days: number;
}

const BAKERY: Seeded = {
  ...{ name: 'Corner Bakery', stage: 'registering', mover: 'operator', cause: 'number_in_use' },
  days: 2.5,
};
const SHRUB: Seeded = {
  ...{ name: 'Lucky Shrub', stage: 'following-name', mover: 'meta', cause: 'name_in_review' },
  days: 9,
};
const TEA: Seeded = { name: '<i>Tea</i>', stage: 'verifying', mover: 'meta', days: 0.2 };

beforeAll(async () => {
  edge = await openEdge();
  for (const seeded of [SHRUB, BAKERY, TEA]) await seed(seeded);
});

afterAll(() => edge.close());

async function seed({ name, stage, mover, cause, days }: Seeded): Promise<void> {
  const { number, waba } = await signUp(edge, { name });
  await edge.store.numbers.announce({
    ...{ phoneNumberId: phoneNumberId(number), wabaId: wabaId(waba), stage, waitingFor: mover },
    ...(cause !== undefined && { cause }),
    deadlineAtMs: Date.now() + days * DAY_MS,
    ...{ progressJson: '{}', events: [], announcementKey: number },
  });
}

async function page(path = '/'): Promise<string> {
  const answer = await edge.call(path);
  expect(answer.status).toBe(200);
  return answer.text.replaceAll(/\s+/g, ' ');
}

/** The names on the list, from its top. */
const namesIn = (text: string): readonly (string | undefined)[] =>
  [...text.matchAll(/<a href="\/numbers\/[0-9]+">([^<]+)<\/a>/g)].map(([, name]) => name);

describe('the fleet', () => {
  test('shows its numbers by time left, and then those that no deadline binds', async () => {
    expect(namesIn(await page())).toEqual([
      '&lt;i&gt;Tea&lt;/i&gt;',
      'Corner Bakery',
      'Lucky Shrub',
    ]);
  });

  test('tells of each whose move it is, why in plain words, and the time left as a bar', async () => {
    const text = await page('/?text=bakery');
    expect(text).toContain('<span class="pill bad">Your move</span>');
    expect(text).toContain('The number is still on a WhatsApp account.');
    expect(text).toMatch(/<rect class="rest" width="18"[^>]*\/>.* 2 d 1[12] h left/);
  });

  test('draws how many must be registered on which day', async () => {
    expect(await page()).toContain('aria-label="1 with 0 days left, 1 with 2 days left"');
  });

  test('counts each choice of a filter, and keeps what is chosen', async () => {
    const text = await page('/?waiting_for=meta&stage=&text=');
    expect(namesIn(text)).toHaveLength(2);
    expect(text).toContain('<option value="meta" selected>Meta&#39;s move (2)</option>');
    expect(text).toContain('<option value="operator" >Your move (1)</option>');
    expect(text).toContain('<h1>2 numbers</h1>');
  });

  test('leads from a count to its numbers, and back', async () => {
    expect(await page('/?text=o')).toContain('href="/?text=o&amp;waiting_for=operator"');
    const chosen = await page('/?text=o&waiting_for=operator');
    expect(chosen).toMatch(/<a href="\/\?text=o" aria-current="true" ?>/);
  });

  test('offers what it shows as CSV', async () => {
    const [, href = ''] = /href="(\/v1\/numbers\?[^"]+)"/.exec(await page('/?text=o')) ?? [];
    const answer = await edge.call(href.replaceAll('&amp;', '&'));
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.text).toContain('Corner Bakery');
  });

  test('says so when no number is like that, and what to do about a filter that cannot be', async () => {
    expect(await page('/?text=nobody')).toContain('No number is like that.');
    const answer = await edge.call('/?stage=dreaming');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      'text/html; charset=utf-8',
    ]);
  });

  test('shows what was searched for as text', async () => {
    const text = await page(`/?text=${encodeURIComponent('"><script>')}`);
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;"');
  });

  test('that is larger than a page leads to the next one', async () => {
    const { rows } = await edge.store.fleet.list({});
    const template = rows.at(-1);
    for (let n = 0; n < 100; n++) {
      await edge.store.numbers.announce({
        ...{ phoneNumberId: phoneNumberId((10_000 + n).toString()), wabaId: wabaId('1') },
        ...{ stage: 'registering', waitingFor: 'meta', deadlineAtMs: Date.now() + 5 * DAY_MS },
        ...{ progressJson: '{}', events: [], announcementKey: `${n}` },
      });
    }
    const first = await page();
    expect(namesIn(first)).toHaveLength(100);
    const [, next = ''] = /rel="next" href="([^"]+)"/.exec(first) ?? [];
    const second = await page(next);
    expect(namesIn(second).at(-1)).toBe(template?.verifiedName);
    expect(namesIn(second)).toHaveLength(3);
    expect(second).toContain('First page');
  });
});
