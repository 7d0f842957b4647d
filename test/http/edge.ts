import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
  type WabaId,
} from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createGraphClient } from '../../src/graph/client.ts';
import { createHttpApp, type HttpAppDeps } from '../../src/http/app.ts';
import { NotNow, TemporalUnavailable, type Onboardings } from '../../src/http/onboardings.ts';
import { serveHttp, type HttpServer, type ServeOptions } from '../../src/http/server.ts';
import { createLogger } from '../../src/logging.ts';
import type { Grant } from '../../src/store/access.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { SignupRow, Store } from '../../src/store/store.ts';
import { descriptionIn, type Description } from './documented.ts';
import {
  APP_ID,
  APP_SECRET,
  partnerOf,
  startFakeMeta,
  VERIFY_TOKEN,
  type RunningFakeMeta,
} from '../support/fake-meta.ts';

/** A Temporal that notes what it is told, and can be down. */
export interface FakeTemporal {
  mood: 'up' | 'down' | 'refusing';
  readonly started: SignupRow[];
  readonly hinted: PhoneNumberId[];
  readonly ordered: {
    phoneNumberId: PhoneNumberId;
    name: string;
    actor: string;
    requestId: string;
  }[];
  readonly named: {
    how: 'wish' | 'start';
    phoneNumberId: PhoneNumberId;
    name: string;
    actor: string;
  }[];
  /** Its methods may be replaced by a test's own. */
  readonly onboardings: { -readonly [Method in keyof Onboardings]: Onboardings[Method] };
}

export function createFakeTemporal(): FakeTemporal {
  const answer = <T>(value: T): Promise<T> => {
    if (fake.mood === 'down') return Promise.reject(new TemporalUnavailable('down'));
    if (fake.mood === 'refusing') return Promise.reject(new NotNow('Meta has locked the number'));
    return Promise.resolve(value);
  };
  const fake: FakeTemporal = {
    mood: 'up',
    started: [],
    hinted: [],
    ordered: [],
    named: [],
    onboardings: {
      start: async (signup) => {
        await answer(undefined);
        fake.started.push(signup);
      },
      hint: async (phoneNumberId) => {
        await answer(undefined);
        fake.hinted.push(phoneNumberId);
        return true;
      },
      order: async (phoneNumberId, name, by) => {
        await answer(undefined);
        fake.ordered.push({ phoneNumberId, name, ...by });
        return {
          stage: 'registering',
          waiting: { for: 'meta' },
          deadlineAtMs: 0,
          tracks: {
            ownership: 'VERIFIED',
            registration: 'unread',
            name: 'NONE',
            certificate: 'none',
          },
          changedAtMs: 0,
        };
      },
      names: {
        wish: async (order) => {
          await answer(undefined);
          fake.named.push({ how: 'wish', ...order });
        },
        start: async ({ phoneNumberId, name = '', actor }) => {
          await answer(undefined);
          fake.named.push({ how: 'start', phoneNumberId, name, actor });
        },
      },
      check: () => answer(undefined),
    },
  };
  return fake;
}

export interface Edge {
  readonly url: string;
  readonly port: number;
  readonly meta: RunningFakeMeta;
  readonly store: Store;
  readonly temporal: FakeTemporal;
  readonly wakes: { count: number };
  /** Everything the edge has said so far, in answers and in logs. */
  said(): string;
  /** Throws where the answer is not one that `/openapi.json` tells. */
  call(path: string, init?: RequestInit): Promise<Answer>;
  /** What `/openapi.json` says. */
  description(): Promise<Description>;
  signUp(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Every route, as `POST /v1/signups`. */
  readonly routes: readonly string[];
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `error.code` of the one error shape. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly refusal: z.output<typeof refusalShape> | undefined;
}

const refusalShape = z.strictObject({
  cause: z.string(),
  code: z.number().optional(),
  subcode: z.number().optional(),
  trace_id: z.string().optional(),
});

const errorShape = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    request_id: z.uuid(),
    refusal: refusalShape.optional(),
  }),
});

/** The real app on a real socket, with a real store and fake-graph behind it. */
export async function openEdge(
  changes: {
    access?: Partial<HttpAppDeps['access']>;
    /** Who calls, where a call does not say: an administrator, unless `access` is given. */
    caller?: 'admin' | 'this machine';
    isBehindTls?: boolean;
    limits?: ServeOptions['limits'];
    feedLimits?: HttpAppDeps['feedLimits'];
    /** With a portfolio of the partner's own, and a token for it. */
    hasPartner?: boolean;
  } = {},
): Promise<Edge> {
  const folder = mkdtempSync(join(tmpdir(), 'edge-'));
  const meta = await startFakeMeta();
  const said: string[] = [];
  const log = createLogger({
    name: 'starter',
    level: 'trace',
    secrets: [],
    destination: { write: (line) => void said.push(line) },
  });
  const appSecret = new Secret(APP_SECRET);
  const graph = createGraphClient({
    baseUrl: meta.url,
    version: 'v25.0',
    appId: APP_ID,
    appSecret,
    timeoutMs: 2000,
  });
  const store = await openSqliteStore({
    path: join(folder, 'onboarding.db'),
    sealingKeyFile: join(folder, 'key.json'),
    nowMs: Date.now,
  });
  const temporal = createFakeTemporal();
  const wakes = { count: 0 };
  const stopping = new AbortController();
  const app = createHttpApp({
    stopping: stopping.signal,
    ...(changes.feedLimits !== undefined && { feedLimits: changes.feedLimits }),
    store,
    graph,
    onboardings: temporal.onboardings,
    graphTimeoutMs: 2000,
    meta: {
      ...{ appId: APP_ID, appSecret, verifyToken: new Secret(VERIFY_TOKEN) },
      embeddedSignup: {
        ...{ appId: APP_ID, configId: '1', graphVersion: 'v25.0' },
        sdkUrl: `${meta.url}/_fake/sdk.js`,
      },
      ...(changes.hasPartner === true ? { partner: await partnerOf(meta) } : {}),
    },
    access: {
      ...{ allowedOrigins: [], trustedProxies: [], signupsPerMinute: 100_000 },
      ...changes.access,
    },
    isBehindTls: changes.isBehindTls ?? false,
    temporal: { uiUrl: 'http://127.0.0.1:8233', namespace: 'default' },
    nowMs: Date.now,
    monotonicMs: () => performance.now(),
    log,
    wake: () => void (wakes.count += 1),
  });
  const limits = changes.limits === undefined ? {} : { limits: changes.limits };
  const server: HttpServer = await serveHttp(app, { host: '127.0.0.1', port: 0, ...limits });
  const url = `http://127.0.0.1:${server.port}`;
  let document: Promise<Description> | undefined;
  const description = (): Promise<Description> => {
    document ??= fetch(`${url}/openapi.json`)
      .then((response) => response.text())
      .then(descriptionIn);
    return document;
  };
  const { caller = changes.access === undefined ? 'admin' : 'this machine' } = changes;
  const bearer = caller === 'admin' ? await bearerOf(store) : {};
  const call = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers({ ...bearer, ...Object.fromEntries(new Headers(init.headers)) });
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init, headers });
    const text = await response.text();
    said.push(text, ...[...response.headers].map((header) => header.join(': ')));
    const error = response.status >= 400 ? errorOf(text) : undefined;
    const contentType = response.headers.get('content-type') ?? '';
    const fault = (await description()).fault(
      { method: init.method ?? 'GET', path },
      { status: response.status, contentType, text },
    );
    if (fault !== undefined) throw new Error(`${path}: ${fault}; ${response.status} ${text}`);
    const { code, message, refusal } = error ?? {};
    return { status: response.status, headers: response.headers, text, code, message, refusal };
  };
  return {
    ...{ url, port: server.port, meta, store, temporal, wakes, call, description },
    said: () => said.join('\n'),
    routes: app.routes.map(({ method, path }) => `${method} ${path}`),
    signUp: (body, headers = {}) =>
      call('/v1/signups', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    close: async () => {
      stopping.abort();
      await server.close(100);
      await graph.close();
      await store.close();
      await meta.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What a person sends to whom an administrator gave a token. */
export async function bearerOf(
  { tokens }: Pick<Store, 'tokens'>,
  grant: Grant = { owner: 'alice', role: 'admin' },
): Promise<{ readonly authorization: string }> {
  const { token } = await tokens.issue(grant);
  return { authorization: `Bearer ${token.reveal()}` };
}

function errorOf(text: string): z.output<typeof errorShape>['error'] | undefined {
  const parsed = text.startsWith('{"error"') ? errorShape.safeParse(JSON.parse(text)) : undefined;
  return parsed?.data?.error;
}

export function sign(body: string | Uint8Array, secret: string = APP_SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Sends bytes as they are and collects what comes back until the other side closes, or until `isEnough`. */
export function exchangeBytes(
  port: number,
  parts: readonly (string | Uint8Array)[],
  isEnough: (text: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setTimeout(9000, () => socket.destroy(new Error(`nothing more after: ${text}`)));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (isEnough(text)) socket.destroy();
    });
    socket.on('close', () => {
      resolve(text);
    });
    for (const part of parts) socket.write(part);
  });
}

export function phoneNumberId(id: string): PhoneNumberId {
  if (isPhoneNumberId(id)) return id;
  throw new TypeError(`no phone number id: ${id}`);
}

export function wabaId(id: string): WabaId {
  if (isWabaId(id)) return id;
  throw new TypeError(`no account id: ${id}`);
}
