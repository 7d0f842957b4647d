import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../../src/contract/onboarding.ts';
import { Secret } from '../../src/domain/secret.ts';
import { bearerOf, openEdge, phoneNumberId, wabaId, type Answer, type Edge } from './edge.ts';
import { otpOf, postsTo, signUp } from './orders.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='a'>`;

const WAITING: Progress = {
  stage: 'registering',
  waiting: {
    for: 'operator',
    refusal: { cause: 'number_in_use', code: 100, subcode: 2388103, traceId: 'AbC' },
  },
  deadlineAtMs: Date.now() + 86_400_000 * 3,
  tracks: {
    ownership: 'VERIFIED',
    registration: 'not-registered',
    name: 'PENDING_REVIEW',
    certificate: 'none',
  },
  changedAtMs: 1,
};

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge();
});

beforeEach(() => {
  edge.temporal.mood = 'up';
});

afterAll(() => edge.close());

/** A number with this behind it. */
async function numberIn(change: Partial<Progress> = {}, order: unknown = {}): Promise<string> {
  const { number, waba } = await signUp(edge, order);
  const progress = { ...WAITING, ...change };
  const { stage, waiting, outcome, deadlineAtMs = 0 } = progress;
  await edge.store.numbers.announce({
    ...{ phoneNumberId: phoneNumberId(number), wabaId: wabaId(waba) },
    ...{ stage, waitingFor: waiting.for, deadlineAtMs },
    ...(waiting.refusal !== undefined && { cause: waiting.refusal.cause }),
    ...(outcome !== undefined && { outcome }),
    progressJson: JSON.stringify(progress),
    events: [{ kind: 'waiting', atMs: Date.now(), text: `Meta says ${HOSTILE}`, actor: 'Meta' }],
    announcementKey: `${number}/1`,
  });
  return number;
}

const refusedFor = (cause: 'pin_mismatch' | 'half_deregistered' | 'attempts_locked') => ({
  waiting: { for: 'operator', refusal: { cause } } as const,
});

async function pageOf(id: string): Promise<string> {
  const answer = await edge.call(`/numbers/${id}`);
  expect(answer.status).toBe(200);
  return answer.text;
}

/** As a browser sends a form of the page, without following where it leads. */
function post(path: string, fields: Record<string, string> = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: edge.url };
  const body = new URLSearchParams({ request_id: 'r1', ...fields }).toString();
  return edge.call(path, { method: 'POST', redirect: 'manual', headers, body });
}

const move = (id: string, kind: string, fields?: Record<string, string>): Promise<Answer> =>
  post(`/numbers/${id}/moves/${kind}`, fields);

describe("a number's page", () => {
  test('tells whose move it is, why, what Meta said, and how much time is left', async () => {
    const page = await pageOf(await numberIn());
    expect(page).toContain('<strong>Your move</strong>');
    expect(page).toContain('delete that account in the app');
    expect(page).toContain('code 100/2388103, trace AbC');
    expect(page).toContain('2 d 23 h left');
  });

  test('shows what Meta and customers have written as text, never as markup', async () => {
    const page = await pageOf(await numberIn({}, { name: HOSTILE }));
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script>|<img|onerror='/);
  });

  test('lets no script run but files of its own, and nobody frame it', async () => {
    const { headers, text } = await edge.call(`/numbers/${await numberIn()}`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/ style=| on[a-z]+="/);
  });

  test('has a label for whatever is to be filled in, and the same key in every form', async () => {
    const tracks = { ...WAITING.tracks, ownership: 'NOT_VERIFIED' };
    const page = await pageOf(await numberIn({ tracks }));
    const fields = [...page.matchAll(/<input\s+id="([^"]+)"/g)].map(([, id]) => id);
    expect(fields.toSorted()).toEqual(['code', 'language']);
    for (const id of fields) expect(page).toContain(`<label for="${id ?? ''}">`);
    const keys = [...page.matchAll(/name="request_id" value="([0-9a-f-]{36})"/g)];
    expect(keys.length).toBe(page.split('<form').length - 1);
    expect(new Set(keys.map(([, key]) => key)).size).toBe(1);
  });

  test('links to the workflow in the Temporal UI', async () => {
    const id = await numberIn();
    expect(await pageOf(id)).toContain(`workflows/onboard-phone-number%2F${id}"`);
  });

  test('that is unknown is said on a page', async () => {
    const { status, headers, text } = await edge.call('/numbers/1');
    expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(text).toContain('No onboarding of this number is known.');
  });

  test('takes no word of a link for something that was done', async () => {
    const id = await numberIn();
    expect((await edge.call(`/numbers/${id}?done=retry`)).text).toContain('Trying again now.');
    const other = await edge.call(`/numbers/${id}?done=You+have+won`);
    expect(other.text).not.toContain('You have won');
    expect(other.text).not.toContain('role="status"');
  });
});

describe('a move', () => {
  test('is made, and the page is shown again with what was done', async () => {
    const id = await numberIn();
    const answer = await move(id, 'retry');
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/numbers/${id}?done=retry`,
    ]);
    expect(edge.temporal.ordered.at(-1)).toMatchObject({
      phoneNumberId: id,
      actor: 'alice (admin, HTTP)',
    });
  });

  test('sent twice by one form is one order', async () => {
    const id = await numberIn();
    await move(id, 'retry', { request_id: 'same' });
    await move(id, 'retry', { request_id: 'same' });
    await move(id, 'retry', { request_id: 'other' });
    const [a, b, c] = edge.temporal.ordered.slice(-3).map(({ requestId }) => requestId);
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  test("that the onboarding refuses shows its reason on the number's page", async () => {
    const id = await numberIn();
    edge.temporal.mood = 'refusing';
    const answer = await move(id, 'retry');
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('Meta has locked the number.');
    expect(answer.text).toContain('<strong>Your move</strong>');
  });

  test('while Temporal is away is to be made again, and nothing is lost', async () => {
    const id = await numberIn();
    edge.temporal.mood = 'down';
    const answer = await move(id, 'retry');
    expect([answer.status, answer.text.includes('does not answer; try again.')]).toEqual([
      503,
      true,
    ]);
  });

  test('that makes no sense any more is refused', async () => {
    const answer = await move(await numberIn(refusedFor('attempts_locked')), 'retry');
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('The number has gone on meanwhile');
    expect((await move(await numberIn(), 'win')).status).toBe(404);
  });

  test('of a page of another origin is refused', async () => {
    const id = await numberIn();
    const answer = await edge.call(`/numbers/${id}/moves/retry`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://evil.example',
      },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      403,
      'text/html; charset=utf-8',
    ]);
  });

  test('takes a form, and nothing else', async () => {
    const id = await numberIn();
    const headers = { 'content-type': 'application/json' };
    const answer = await edge.call(`/numbers/${id}/moves/retry`, { method: 'POST', headers });
    expect(answer.status).toBe(415);
  });
});

describe('a code', () => {
  const unproved = { tracks: { ...WAITING.tracks, ownership: 'NOT_VERIFIED' } };

  test('is asked for, comes, and is given to Meta as the person reads it', async () => {
    const id = await numberIn(unproved, { number: { otp_verified_at: null } });
    const asked = await move(id, 'request-code', { method: 'VOICE', language: 'en_US' });
    expect(asked.status).toBe(303);
    const code = await otpOf(edge, id);
    const before = edge.wakes.count;
    const given = await move(id, 'submit-code', { code: ` ${code.slice(0, 3)}-${code.slice(3)} ` });
    expect([given.status, given.headers.get('location')]).toEqual([
      303,
      `/numbers/${id}?done=submit-code`,
    ]);
    expect(edge.wakes.count).toBe(before + 1);
  });

  test('that is wrong is refused with what Meta says, and can be given again', async () => {
    const id = await numberIn(unproved, { number: { otp_verified_at: null } });
    await move(id, 'request-code', { method: 'SMS', language: 'en_US' });
    const answer = await move(id, 'submit-code', { code: '000000' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('The code was wrong or too old.');
    expect(answer.text).toContain(`action="/numbers/${id}/moves/submit-code"`);
  });

  test('that is none is refused before Meta is asked, and is not repeated', async () => {
    const id = await numberIn(unproved);
    const answer = await move(id, 'submit-code', { code: 'canary<1>' });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('canary');
    expect(await postsTo(edge, `${id}/verify_code`)).toEqual([]);
  });
});

describe('a secret', () => {
  test('that somebody else has set is kept, and the number retried with it', async () => {
    const id = await numberIn(refusedFor('pin_mismatch'));
    const answer = await move(id, 'tell-pin', { pin: '271828' });
    expect(answer.headers.get('location')).toBe(`/numbers/${id}?done=tell-pin`);
    expect((await edge.store.credentials.pinOf(phoneNumberId(id)))?.reveal()).toBe('271828');
    expect(edge.temporal.ordered.at(-1)?.phoneNumberId).toBe(id);
  });

  test('of a number is shown once, and its history keeps who asked', async () => {
    const id = await numberIn({ certificateSha256: 'ab' });
    await edge.store.credentials.keepCertificate(phoneNumberId(id), new Secret('Y2VydA=='));
    expect(await pageOf(id)).not.toContain('Y2VydA==');
    const answer = await move(id, 'reveal-certificate');
    expect([answer.status, answer.text.includes('Y2VydA==')]).toEqual([200, true]);
    const events = await edge.store.numbers.eventsOf(phoneNumberId(id));
    expect(events.at(-1)).toMatchObject({
      kind: 'certificate-revealed',
      actor: 'alice (admin, HTTP)',
    });
  });
});

describe('a number that is half removed', () => {
  test('is deregistered once its person has ticked the box', async () => {
    const id = await numberIn(refusedFor('half_deregistered'), { scenario: 'half_deregistered' });
    const refused = await move(id, 'deregister');
    expect([refused.status, refused.text.includes('Tick the box first')]).toEqual([400, true]);
    expect(await postsTo(edge, `${id}/deregister`)).toEqual([]);
  });
});

describe('a role', () => {
  test('that is too little for a move is not shown it, and is refused if it comes all the same', async () => {
    const id = await numberIn({ certificateSha256: 'ab' });
    const headers = {
      ...(await bearerOf(edge.store, { owner: 'bob', role: 'operator' })),
      'content-type': 'application/x-www-form-urlencoded',
    };
    expect(await pageOf(id)).toContain('moves/reveal-certificate');
    const page = await edge.call(`/numbers/${id}`, { headers });
    expect(page.text).toContain('moves/retry');
    expect(page.text).not.toContain('moves/reveal-certificate');
    const path = `/numbers/${id}/moves/reveal-certificate`;
    const answer = await edge.call(path, { method: 'POST', headers });
    expect([answer.status, answer.text.includes('role')]).toEqual([403, true]);
  });
});

describe('a page', () => {
  test('is for callers who may look, whatever it is about', async () => {
    const access = { apiToken: new Secret('t'.repeat(32)), allowedOrigins: [] };
    const guarded = await openEdge({ access });
    try {
      const answers = [
        await guarded.call('/numbers/1'),
        await guarded.call('/numbers/1/moves/retry', { method: 'POST' }),
      ];
      for (const { status, text } of answers) {
        expect([status, text.startsWith('<!doctype html>')]).toEqual([401, true]);
      }
    } finally {
      await guarded.close();
    }
  });
});

describe('a file of the console', () => {
  test('is kept by browsers, as its address changes with it', async () => {
    const page = await pageOf(await numberIn());
    const [, url = ''] = /href="([^"]*console\.css[^"]*)"/.exec(page) ?? [];
    const { status, headers } = await edge.call(url);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
    expect(headers.get('cache-control')).toContain('immutable');
    expect((await edge.call('/assets/console.ts')).status).toBe(404);
  });
});
