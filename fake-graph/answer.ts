import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { ClientRefusal } from './client-refusal.ts';
import { errorBody } from './graph-errors.ts';
import { nextTraceId } from './ids.ts';
import { isOnprem } from './routes.ts';
import { usageHeaders } from './usage.ts';
import type { Call } from './call.ts';
import type { Fault } from './fault-kinds.ts';
import type { GraphRefusal } from './graph-errors.ts';
import type { Outcome } from './outcome.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Sent packed. */
  isPacked?: true;
}

// A call to an ended version is served by the oldest live one. Source: Meta, Graph API versions.
const OLDEST_LIVE = 21;

/** The answer as Meta would write it, then as the fault would have it. */
export function answerOf(call: Call, outcome: Outcome): Answer {
  const { fault } = call;
  const { world } = call.fake;
  const trace = nextTraceId(world);
  const waba = world.wabas[call.row.waba ?? ''];
  const regain = outcome.kind === 'refused' ? outcome.regain : 0;
  const type = { 'content-type': 'application/json; charset=UTF-8' };
  const ofGraph = {
    'facebook-api-version': Number(call.version.slice(1)) < OLDEST_LIVE ? 'v21.0' : call.version,
    'x-fb-trace-id': trace,
    ...usageHeaders(world, { waba, nowMs: call.nowMs, regain }),
  };
  const headers = isOnprem(call) ? type : { ...type, ...ofGraph };
  const body = outcome.kind === 'done' ? outcome.body : refusalBody(outcome.refusal, trace);
  const status = outcome.kind === 'done' ? outcome.status : outcome.refusal.http;
  return spoil({ status, headers, text: JSON.stringify(respell(body, fault)) }, fault, trace);
}

function refusalBody(refusal: GraphRefusal, trace: string): unknown {
  return refusal instanceof ClientRefusal ? refusal.body : errorBody(refusal, trace);
}

/** Changes to the content of an answer: of the node, or of every node of a list. */
function respell(body: unknown, fault: Fault | undefined): unknown {
  if (!isRecord(body)) return body ?? {};
  const inner = body['data'];
  if (Array.isArray(inner))
    return { ...body, data: inner.map((item: unknown) => respell(item, fault)) };
  return isRecord(inner) ? { ...body, data: respellNode(inner, fault) } : respellNode(body, fault);
}

function respellNode(node: Record<string, unknown>, fault: Fault | undefined): unknown {
  if (fault?.kind === 'omit_field')
    return Object.fromEntries(Object.entries(node).filter(([name]) => name !== fault.field));
  if (fault?.kind === 'new_enum')
    return fault.field in node ? { ...node, [fault.field]: fault.value } : node;
  if (fault?.kind === 'extra_keys') return { ...node, a_key_of_tomorrow: { nested: [1, null] } };
  return node;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The text and status of the answer, as the fault would have them. */
function spoil(answer: Answer, fault: Fault | undefined, trace: string): Answer {
  if (fault?.kind === 'redirect')
    return { status: 302, headers: { location: fault.location }, text: '' };
  if (fault?.kind === 'html') return htmlPage(fault.http ?? 502);
  if (fault !== undefined && 'bytes' in fault) return padded(answer, fault);
  const text = spoiltText(answer.text, fault, trace);
  return text === undefined ? answer : { ...answer, status: statusOf(answer, fault), text };
}

function htmlPage(status: number): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    text: '<!DOCTYPE html><title>Sorry</title><p>Something went wrong.</p>',
  };
}

function padded(answer: Answer, fault: Extract<Fault, { bytes: number }>): Answer {
  const text = `{"padding":"${'x'.repeat(fault.bytes)}",${answer.text.slice(1)}`;
  if (fault.kind === 'huge') return { ...answer, text };
  const headers = { ...answer.headers, 'content-encoding': 'gzip' };
  return { ...answer, headers, text, isPacked: true };
}

function statusOf(answer: Answer, fault: Fault | undefined): number {
  return fault !== undefined && 'http' in fault ? (fault.http ?? answer.status) : answer.status;
}

function spoiltText(text: string, fault: Fault | undefined, trace: string): string | undefined {
  if (fault?.kind === 'truncated') return text;
  if (fault?.kind === 'empty') return '';
  if (fault?.kind === 'success_false') return '{"success":false}';
  return fault?.kind === 'success_with_error' ? withError(text, trace) : undefined;
}

function withError(text: string, trace: string): string {
  const error = { message: 'Something went wrong', type: 'OAuthException', code: 131000 };
  return `{"error":${JSON.stringify({ ...error, fbtrace_id: trace })},${text.slice(1)}`;
}

/** Writes the answer to the connection, or fails to, as the fault says. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.kind === 'drop_after') {
    dropConnection(response);
    return;
  }
  if (fault?.kind === 'hang' && fault.when === 'after') await pause(response, fault.ms);
  const bytes = answer.isPacked === true ? gzipSync(answer.text) : Buffer.from(answer.text);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
  await write(response, bytes, fault);
}

async function write(
  response: ServerResponse,
  bytes: Buffer,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.kind === 'truncated')
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  else if (fault?.kind === 'drip') await drip(response, bytes, fault.interval_ms);
  else response.end(bytes);
}

/** A reset, not an orderly end: the client cannot know what became of its request. */
export function dropConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Waits in real time, but no longer than the other side does. */
export async function pause(response: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => {
    gone.abort();
  };
  response.once('close', leave);
  await sleep(ms, undefined, { signal: gone.signal }).catch(() => undefined);
  response.off('close', leave);
}

async function drip(response: ServerResponse, bytes: Buffer, intervalMs: number): Promise<void> {
  for (const byte of bytes) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await pause(response, intervalMs);
  }
  response.end();
}
