import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';

/** gRPC's own numbers. */
export const STATUS = {
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

export interface RpcFault {
  /** `before`: the server never hears of the call. `after`: it has acted, and its answer is lost. */
  readonly when: 'before' | 'after';
  readonly status: number;
}

/** Asked for each call of a method, counted from 1; undefined lets the call be. */
export type RpcPlan = (method: string, nth: number) => RpcFault | undefined;

export interface PassThrough {
  /** `127.0.0.1:port`, to be dialled in place of the server. */
  readonly address: string;
  plan(plan: RpcPlan): void;
  /** What this plan has spoilt so far, oldest first. */
  spoilt(): readonly string[];
  /** All that went either way, headers too, unzipped. */
  heard(): Buffer;
  close(): void;
}

/** Stands between an SDK and its server, passes every call on as it is, and spoils those of the plan. */
export async function startPassThrough(upstreamAddress: string): Promise<PassThrough> {
  const upstream = connect(`http://${upstreamAddress}`);
  const counts = new Map<string, number>();
  let spoilt: string[] = [];
  const headersHeard: IncomingHttpHeaders[] = [];
  const bodiesHeard: Buffer[][] = [];
  const ear: Ear = {
    headers: (headers) => void headersHeard.push(headers),
    body: (stream) => {
      const parts: Buffer[] = [];
      bodiesHeard.push(parts);
      stream.on('data', (part: Buffer) => void parts.push(part));
    },
  };
  let plan: RpcPlan = () => undefined;
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    const method = headers[':path']?.split('/').at(-1) ?? '';
    const nth = (counts.get(method) ?? 0) + 1;
    counts.set(method, nth);
    const fault = plan(method, nth);
    if (fault !== undefined) spoilt.push(`${method} ${nth} ${fault.when}`);
    // A caller that hangs up is no fault of ours.
    stream.on('error', () => undefined);
    if (fault?.when === 'before') answer(stream, fault.status);
    else pass(upstream, { stream, headers, fault, ear });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return {
    address: `127.0.0.1:${bound.port}`,
    spoilt: () => spoilt,
    heard: () => {
      const messages = bodiesHeard.flatMap((parts) => messagesIn(Buffer.concat(parts)));
      return Buffer.concat([Buffer.from(JSON.stringify(headersHeard)), ...messages]);
    },
    plan: (next) => {
      counts.clear();
      spoilt = [];
      plan = next;
    },
    close: () => {
      for (const session of sessions) session.destroy();
      server.close();
      upstream.destroy();
    },
  };
}

interface Ear {
  readonly headers: (headers: IncomingHttpHeaders) => void;
  readonly body: (stream: Readable) => void;
}

/** Of a body of gRPC: a byte that says whether it is compressed, its length, the message, and so on. */
function messagesIn(body: Buffer): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 5 <= body.length;) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    const message = body.subarray(at + 5, end);
    messages.push(body[at] === 1 && end <= body.length ? gunzipSync(message) : message);
    at = end;
  }
  return messages;
}

interface Passed {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly fault: RpcFault | undefined;
  readonly ear: Ear;
}

function pass(upstream: ClientHttp2Session, { stream, headers, fault, ear }: Passed): void {
  ear.headers(headers);
  ear.body(stream);
  const onward = upstream.request(headers);
  onward.on('response', ear.headers);
  onward.on('trailers', ear.headers);
  ear.body(onward);
  onward.on('error', () => {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  stream.on('close', () => {
    if (!onward.closed) onward.close(constants.NGHTTP2_CANCEL);
  });
  stream.pipe(onward);
  if (fault !== undefined) {
    onward.resume();
    onward.on('end', () => {
      answer(stream, fault.status);
    });
    return;
  }
  let trailers: IncomingHttpHeaders = {};
  onward.on('trailers', (given: IncomingHttpHeaders) => {
    trailers = given;
  });
  onward.on('response', (given, flags) => {
    if (stream.destroyed) return;
    const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(given, { endStream: isAll, waitForTrailers: !isAll });
    if (isAll) return;
    stream.on('wantTrailers', () => {
      stream.sendTrailers(trailers);
    });
    onward.pipe(stream);
  });
}

/** A gRPC answer that is nothing but a status. */
function answer(stream: ServerHttp2Stream, status: number): void {
  if (stream.destroyed) return;
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status.toString() },
    { endStream: true },
  );
}
