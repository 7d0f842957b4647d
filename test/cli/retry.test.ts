import { once } from 'node:events';
import { createServer as createGrpc } from 'node:http2';
import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, newSignup, NUMBER, T0_MS } from '../store/builders.ts';
import { commandLine, openHome, program } from './command-line.ts';

const HOUR_MS = 3_600_000;

async function isAt(store: Store, stage: string, outcome?: string): Promise<void> {
  await store.signups.accept(newSignup());
  await store.numbers.announce({
    ...{ phoneNumberId: NUMBER, wabaId: ACCOUNT, stage, waitingFor: 'operator' },
    ...{ deadlineAtMs: T0_MS + 14 * 24 * HOUR_MS, progressJson: '{}', events: [] },
    announcementKey: 'run-1/1',
    ...(outcome !== undefined && { outcome }),
  });
}

/** Something that is not Temporal. */
async function startStranger(): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  return listening(server);
}

/** Answers every call with a status of gRPC's. */
async function startRefusing(status: number): Promise<string> {
  const server = createGrpc();
  server.on('stream', (stream) => {
    const refusal = { 'content-type': 'application/grpc', 'grpc-status': status.toString() };
    stream.respond({ ':status': 200, ...refusal }, { endStream: true });
  });
  return listening(server);
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

describe('a retry', () => {
  it('B45: of a number that never signed up ends with 4', async () => {
    const { env } = await openHome();
    const ended = await program(['retry', '123'], env);
    expect(ended).toEqual({ code: 4, out: '', err: 'no onboarding for 123\n' });
  });

  it('B46: of a number that has ended says how and when', async () => {
    const { env, store } = await openHome(() => T0_MS);
    await isAt(store, 'done', 'ready');
    const ended = await commandLine(['retry', NUMBER], { env });
    const sentence = 'already ready on 2026-01-05T12:00:00Z; nothing to retry';
    expect(ended).toEqual({ code: 5, out: '', err: `${sentence}\n` });

    const asJson = await commandLine(['retry', NUMBER, '--json'], { env });
    expect(JSON.parse(asJson.err)).toMatchObject({ error: { code: 'not_now', message: sentence } });
  });

  it.each([
    ['pause', 'nothing to pause'],
    ['resume', 'nothing to resume'],
    ['abandon --yes', 'nothing to give up'],
    ['numbers freed', 'nothing to try again'],
  ])('B46: and so does "%s"', async (command, nothing) => {
    const { env, store } = await openHome(() => T0_MS);
    await isAt(store, 'done', 'ready');
    const ended = await commandLine([...command.split(' '), NUMBER], { env });
    const sentence = `already ready on 2026-01-05T12:00:00Z; ${nothing}`;
    expect(ended).toEqual({ code: 5, out: '', err: `${sentence}\n` });
  });

  it('B49: beyond the budget says when the next one is allowed', async () => {
    const clock = { nowMs: T0_MS };
    const { env, store } = await openHome(() => clock.nowMs);
    await isAt(store, 'registering');
    for (let n = 1; n <= 8; n++) {
      await store.attempts.reserve({
        ...{ phoneNumberId: NUMBER, requestKey: `run-1/${n}`, kind: 'operator', inFlightMs: 1 },
      });
      await store.attempts.startSending(NUMBER, n);
      await store.attempts.close(NUMBER, n, { state: 'refused' });
      clock.nowMs += HOUR_MS;
    }
    const ended = await commandLine(['retry', NUMBER], { env, nowMs: () => clock.nowMs });
    const sentence = '8 of 10 registrations used; next allowed 2026-01-08T12:00:00Z';
    expect(ended).toEqual({ code: 5, out: '', err: `${sentence}\n` });

    const later = T0_MS + 72 * HOUR_MS;
    const { code } = await commandLine(['retry', NUMBER], { env, nowMs: () => later });
    expect(code).toBe(3);
  });

  it('B48: with Temporal down ends with 3, one line and no trace', async () => {
    const { env, store } = await openHome();
    await isAt(store, 'registering');
    const reason = 'cannot use Temporal at 127.0.0.1:1, namespace default: connection refused';
    expect(await program(['retry', NUMBER], env)).toEqual({ code: 3, out: '', err: `${reason}\n` });
    const asJson = await commandLine(['retry', NUMBER, '--json'], { env });
    expect(JSON.parse(asJson.err)).toMatchObject({
      error: { code: 'temporal_unavailable', message: reason },
    });
  });

  it('B48: at what is not Temporal, or speaks no TLS, says so', async () => {
    const TEMPORAL_ADDRESS = await startStranger();
    const ending = ['false', 'true'].map(async (TEMPORAL_TLS) => {
      const { env, store } = await openHome();
      await isAt(store, 'registering');
      return commandLine(['retry', NUMBER], { env: { ...env, TEMPORAL_ADDRESS, TEMPORAL_TLS } });
    });
    for (const ended of await Promise.all(ending)) {
      expect(ended).toEqual({
        code: 3,
        out: '',
        err: `cannot use Temporal at ${TEMPORAL_ADDRESS}, namespace default: something listens there but does not answer as Temporal does; check the port and TEMPORAL_TLS\n`,
      });
    }
  });

  it.each([
    [16, 'authentication refused'],
    [7, 'permission denied'],
    [5, 'namespace not found'],
  ])('B48: at a Temporal that answers with gRPC status %i says: %s', async (status, reason) => {
    const { env, store } = await openHome();
    await isAt(store, 'registering');
    const TEMPORAL_ADDRESS = await startRefusing(status);
    const err = `cannot use Temporal at ${TEMPORAL_ADDRESS}, namespace default: ${reason}\n`;
    const ended = await commandLine(['retry', NUMBER], { env: { ...env, TEMPORAL_ADDRESS } });
    expect(ended).toEqual({ code: 3, out: '', err });
  });

  it('without an address of Temporal ends with 78', async () => {
    const { env } = await openHome();
    const ended = await commandLine(['retry', '1'], { env: { ...env, TEMPORAL_ADDRESS: '' } });
    expect(ended).toEqual({ code: 78, out: '', err: 'TEMPORAL_ADDRESS: missing\n' });
  });

  it.each(['', 'a\nb', 'x'.repeat(51)])('refuses the actor %j', async (actor) => {
    const { code, err } = await commandLine(['retry', '1', '--actor', actor]);
    expect([code, err]).toEqual([2, 'retry: --actor must be 1-50 printable characters\n']);
  });
});
