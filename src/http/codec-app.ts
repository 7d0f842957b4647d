import type { Payload } from '@temporalio/common';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Secret } from '../domain/secret.ts';
import {
  bearerOf,
  callerOf,
  checkOrigin,
  isLoopbackCall,
  isSame,
  MACHINE_ROLE,
  unauthenticated,
} from './access.ts';
import { ANSWER_HEADERS, answerError, answerJson, newRequestId } from './answers.ts';
import { readJsonObject } from './body.ts';
import { HttpError } from './errors.ts';
import type { Log } from '../desk/log.ts';
import { addRoutes, anyone, viewer, type Call, type OpenCall, type Served } from './routes.ts';

/** A page of the Temporal UI asks for a whole history at once. */
const MAX_BYTES = 4 * 1024 * 1024;

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const payload = z.object({
  metadata: z.record(z.string(), bytes).optional(),
  data: bytes.optional(),
});
const payloads = z.array(payload);

export interface CodecAppDeps {
  /** Of the one namespace. What is not encrypted comes back as it is. */
  readonly decode: (payloads: Payload[]) => Promise<readonly Payload[]>;
  readonly namespace: string;
  /** Absent: only callers who reach the server by a loopback name are served. */
  readonly apiToken?: Secret;
  /** Of the Temporal UI, whose page in the browser is the caller. Absent: no page may call. */
  readonly uiOrigin?: string;
  readonly nowMs: () => number;
  readonly log: Log;
}

/**
 * What the Temporal UI and the `temporal` command ask to show payloads: Temporal's protocol for codec servers, of which `/decode`
 * alone. Who could encode here could send messages that pass for ours.
 */
export function createCodecApp(deps: CodecAppDeps): Hono<Served> {
  const app = new Hono<Served>();
  app.use(async (context, next) => {
    await next();
    context.header('vary', 'Origin');
    if (isFromUi(context.req.raw.headers, deps)) {
      context.header('access-control-allow-origin', deps.uiOrigin);
    }
  });
  addRoutes(
    app,
    {
      '/decode': {
        POST: viewer((call) => decode(call, deps)),
        OPTIONS: anyone((call) => preflight(call, deps)),
      },
    },
    { ...deps, admit: (call) => admit(call, deps) },
  );
  app.notFound(() => answerError(new HttpError('not_found'), newRequestId()));
  return app;
}

function admit(call: OpenCall, deps: CodecAppDeps): Promise<Call> {
  const { apiToken } = deps;
  const { headers } = call.request;
  checkOrigin(headers, originsOf(deps));
  const isKnown =
    apiToken === undefined ? isLoopbackCall(headers) : isSame(bearerOf(headers), apiToken.reveal());
  if (!isKnown) throw unauthenticated();
  return Promise.resolve({ ...call, ...callerOf({ owner: 'API_TOKEN', role: MACHINE_ROLE }) });
}

async function decode({ request, requestId }: Call, deps: CodecAppDeps): Promise<Response> {
  const { namespace, log } = deps;
  if (request.headers.get('x-namespace') !== namespace) throw new HttpError('wrong_namespace');
  const body = await readJsonObject(request, ['payloads'], MAX_BYTES);
  const given = payloads.safeParse(body.get('payloads'));
  if (!given.success) throw new HttpError('invalid_payloads');
  const opened = await deps.decode(given.data.map(payloadOf)).catch((error: unknown) => {
    log.warn({ err: error, requestId }, 'payloads not decoded');
    throw new HttpError('undecodable_payloads');
  });
  log.info({ namespace, count: opened.length, requestId }, 'payloads decoded');
  return answerJson({ payloads: opened.map(viewOf) });
}

/** A browser asks this by itself, without the token, before it lets a page of another origin call. */
function preflight({ request }: OpenCall, deps: CodecAppDeps): Response {
  checkOrigin(request.headers, originsOf(deps));
  return new Response(null, { status: 204, headers: { ...ANSWER_HEADERS, ...PREFLIGHT } });
}

const PREFLIGHT = {
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'authorization, authorization-extras, content-type, x-namespace',
  'access-control-max-age': '600',
} as const;

function originsOf({ uiOrigin }: CodecAppDeps): { readonly allowedOrigins: readonly string[] } {
  return { allowedOrigins: uiOrigin === undefined ? [] : [uiOrigin] };
}

function isFromUi(headers: Headers, { uiOrigin }: CodecAppDeps): boolean {
  return uiOrigin !== undefined && headers.get('origin') === uiOrigin;
}

function payloadOf({ metadata, data }: z.output<typeof payload>): Payload {
  return { ...(metadata && { metadata }), ...(data && { data }) };
}

function viewOf({ metadata, data }: Payload): object {
  const inBase64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata ?? {})) texts[name] = inBase64(value);
  return { metadata: texts, ...(data && { data: inBase64(data) }) };
}
