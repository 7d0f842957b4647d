import { expect } from 'vitest';
import { z } from 'zod';
import { canariesIn, type Canary } from '../support/canary.ts';
import type { Answer, Edge } from './edge.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** `POST /v1/…` with a body, or without one. */
export function send(edge: Edge, order: `${Method} ${string}`, body?: unknown): Promise<Answer> {
  const [method = '', path = ''] = order.split(' ');
  if (body === undefined) return edge.call(path, { method });
  const headers = { 'content-type': 'application/json' };
  return edge.call(path, { method, headers, body: JSON.stringify(body) });
}

/** What a good answer says. */
export function bodyOf(answer: Answer, status = 200): Record<string, unknown> {
  expect([answer.status, answer.code]).toEqual([status, undefined]);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(answer.text));
}

interface Customer {
  readonly waba: string;
  readonly number: string;
}

/** A customer signs up: we have a token for the account, and the number's onboarding runs. */
export async function signUp(edge: Edge, order: unknown = {}): Promise<Customer> {
  const { code, waba_id, phone_number_id } = await edge.meta.signUp(order);
  expect((await edge.signUp({ code, waba_id, phone_number_id })).status).toBe(202);
  return { waba: waba_id, number: phone_number_id };
}

const seededShape = z.looseObject({ phone_number_id: z.string() });

/** Another number of the account, proved by a code, that no onboarding takes care of. */
export async function addedTo(edge: Edge, waba: string, settings: object = {}): Promise<string> {
  const otp_verified_at = new Date().toISOString();
  const order = { waba, otp_verified_at, name_status: 'APPROVED', ...settings };
  return seededShape.parse(await edge.meta.post('/numbers', order)).phone_number_id;
}

const otpShape = z.object({ code: z.string() });

/** The code that Meta has sent to the number. */
export async function otpOf(edge: Edge, id: string): Promise<string> {
  const answer = await fetch(`${edge.meta.url}/_fake/numbers/${id}/otp`);
  return otpShape.parse(await answer.json()).code;
}

const ledgerShape = z.object({
  requests: z.array(
    z.looseObject({
      method: z.string(),
      path: z.string(),
      effectApplied: z.boolean(),
      pinSha256: z.string().optional(),
    }),
  ),
});

type GraphCall = z.output<typeof ledgerShape>['requests'][number];

async function graphCalls(edge: Edge): Promise<readonly GraphCall[]> {
  const answer = await fetch(`${edge.meta.url}/_fake/ledger`);
  return ledgerShape.parse(await answer.json()).requests;
}

/** How many Graph requests have arrived in all. */
export async function callCount(edge: Edge): Promise<number> {
  return (await graphCalls(edge)).length;
}

/** By the end of their path, oldest first. */
export async function postsTo(edge: Edge, end: string): Promise<readonly GraphCall[]> {
  const calls = await graphCalls(edge);
  return calls.filter(({ method, path }) => method === 'POST' && path.endsWith(end));
}

/** None of it may have been said, in an answer or in a log. */
export function expectSilence(edge: Edge, canaries: readonly Canary[]): void {
  expect(canaries.length).toBeGreaterThan(0);
  expect(canariesIn(Buffer.from(edge.said()), canaries)).toEqual([]);
  expect(edge.said()).not.toMatch(/EAA[A-Za-z0-9]{20,}/);
}
