import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Canary } from '../support/canary.ts';
import { openEdge, type Edge } from './edge.ts';
import { bodyOf, callCount, expectSilence, otpOf, send, signUp } from './orders.ts';

const PATH = '/v1/preverified-numbers';
const ORDER = { method: 'SMS', language: 'en_US' };

let edge: Edge;
const canaries: Canary[] = [];

beforeAll(async () => {
  edge = await openEdge({ hasPartner: true });
});

afterAll(async () => {
  expectSilence(edge, canaries);
  await edge.close();
});

async function add(digits: string): Promise<string> {
  const answer = await send(edge, `POST ${PATH}`, { phone_number: digits });
  const id = String(bodyOf(answer, 201)['preverified_id']);
  expect(answer.headers.get('location')).toBe(`${PATH}/${id}`);
  return id;
}

async function verified(digits: string): Promise<string> {
  const id = await add(digits);
  bodyOf(await send(edge, `POST ${PATH}/${id}/code-requests`, ORDER));
  const code = await otpOf(edge, id);
  canaries.push({ name: 'code', value: code });
  expect(bodyOf(await send(edge, `POST ${PATH}/${id}/codes`, { code }))).toEqual({
    preverified_id: id,
  });
  return id;
}

describe('a pre-verified number', () => {
  test('is added, proved by a code, and shown until when', async () => {
    const id = await verified('15550783881');
    const shown = bodyOf(await send(edge, `GET ${PATH}/${id}`));
    expect(shown).toMatchObject({
      preverified_id: id,
      phone_number: '15550783881',
      code_verification_status: 'VERIFIED',
      ...{ days_left: 89, waits_for: 'customer' },
    });
    // Its workflow is started by the drain, and hears of the code.
    const pending = await edge.store.preverified.pending(10);
    expect(pending.map(({ preverifiedId }) => preverifiedId)).toEqual([id]);
    await edge.store.preverified.markHeard(id);
    await edge.store.preverified.tell(id, { atMs: 0, text: 'Look.' });
    expect(bodyOf(await send(edge, `GET ${PATH}/${id}`))['notice']).toEqual({
      ...{ at: '1970-01-01T00:00:00.000Z', text: 'Look.' },
    });
    expect(await edge.store.preverified.pending(10)).toEqual([]);
    const provedForMs =
      Date.parse(String(shown['verification_expires_at'])) -
      Date.parse(String(shown['verified_at']));
    expect(provedForMs).toBe(90 * 86_400_000);
  });

  test('is listed, by its status and by its digits', async () => {
    const proved = await verified('15550783882');
    const open = await add('15550783883');
    const ids = async (query: string) => {
      const { preverified_numbers } = bodyOf(await send(edge, `GET ${PATH}${query}`));
      return JSON.stringify(preverified_numbers);
    };
    expect(await ids('')).toContain(proved);
    expect(await ids('?status=NOT_VERIFIED')).toContain(open);
    expect(await ids('?status=NOT_VERIFIED')).not.toContain(proved);
    expect(await ids('?phone_number=15550783882')).toContain(proved);
    expect(await ids('?phone_number=15550783882')).not.toContain(open);
  });

  test("goes into a customer's account without another code", async () => {
    const id = await verified('14195551518');
    const { waba } = await signUp(edge);
    const answer = await send(edge, `POST /v1/accounts/${waba}/phone-numbers`, {
      ...{ cc: '1', phone_number: '4195551518', verified_name: 'Lucky Shrub' },
      ...{ preverified_id: id, by_hand: true },
    });
    const number = String(bodyOf(answer, 201)['phone_number_id']);
    const path = `/v1/phone-numbers/${number}/registration?waba_id=${waba}`;
    expect(bodyOf(await send(edge, `POST ${path}`))).toMatchObject({ registration: 'registered' });
  });

  test('is deleted, and is then no more', async () => {
    const id = await add('15550783884');
    expect(bodyOf(await send(edge, `DELETE ${PATH}/${id}`))).toEqual({ preverified_id: id });
    const answer = await send(edge, `GET ${PATH}/${id}`);
    expect([answer.status, answer.code]).toEqual([422, 'refused_by_meta']);
    expect(answer.refusal).toMatchObject({ code: 100, subcode: 33 });
  });

  test('is not proved by a wrong code', async () => {
    const id = await add('15550783885');
    bodyOf(await send(edge, `POST ${PATH}/${id}/code-requests`, ORDER));
    const wrong = (await otpOf(edge, id)) === '111111' ? '222222' : '111111';
    const answer = await send(edge, `POST ${PATH}/${id}/codes`, { code: wrong });
    expect([answer.status, answer.refusal?.cause]).toEqual([422, 'code_wrong']);
  });

  test.each([
    ['GET', '?status=verified', undefined, 'invalid_status'],
    ['GET', '?phone_number=%2B1555', undefined, 'invalid_phone_number'],
    ['GET', '?limit=1', undefined, 'unknown_parameter'],
    ['GET', '/abc', undefined, 'invalid_preverified_id'],
    ['GET', '/1?fields=id', undefined, 'unknown_parameter'],
    ['POST', '', { phone_number: '+15550783886' }, 'invalid_phone_number'],
    ['POST', '', { phone_number: '15550783886', name: 'x' }, 'unknown_field'],
    ['POST', '?x=1', { phone_number: '15550783886' }, 'unknown_parameter'],
    ['POST', '/1/code-requests', { method: 'SMS', language: 'EN' }, 'invalid_language'],
    ['POST', '/1/codes', { code: '1' }, 'invalid_one_time_code'],
    ['DELETE', '/1', { force: true }, 'unknown_field'],
  ] as const)('is refused for %s %s %j, before Meta is asked', async (...row) => {
    const [method, path, body, code] = row;
    const before = await callCount(edge);
    const answer = await send(edge, `${method} ${PATH}${path}`, body);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(await callCount(edge)).toBe(before);
  });
});

test('without a portfolio of the partner there are no pre-verified numbers', async () => {
  const other = await openEdge();
  const answer = await send(other, `GET ${PATH}`);
  expect([answer.status, answer.code]).toEqual([409, 'not_configured']);
  expect(answer.message).toContain('META_BUSINESS_ID');
  await other.close();
});
