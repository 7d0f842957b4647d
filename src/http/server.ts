import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { answerError, newRequestId } from './answers.ts';
import { HttpError } from './errors.ts';
import type { Served } from './routes.ts';
import { targetProblem, type TargetProblem } from './request-target.ts';

/** Node's own limits suit downloads; ours are small requests, and a slow sender holds a place. */
export const SERVER_LIMITS = {
  headersTimeout: 5000,
  requestTimeout: 12_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
  maxHeaderSize: 16 * 1024,
} as const;
const MAX_HEADERS = 50;
const MAX_REQUESTS_PER_SOCKET = 1000;
/** At some 50 kB each. More callers than this wait for a place in the system's queue. */
const MAX_SOCKETS = 1000;

type Limits = Readonly<Record<keyof typeof SERVER_LIMITS, number>>;

export interface ServeOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Before `HOST` and `PORT` in the names of the variables that say so. */
  readonly prefix?: string;
  readonly limits?: Limits;
}

export interface HttpServer {
  readonly port: number;
  /** Takes no more connections, lets running requests end, and cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** The address cannot be listened on. The message is one line, and names the variable to change. */
class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

/** @throws CannotListen, whose message is fit for the person who started the program */
export async function serveHttp(
  app: {
    fetch(request: Request, served: Served['Bindings']): Response | Promise<Response>;
  },
  options: ServeOptions,
): Promise<HttpServer> {
  const { limits = SERVER_LIMITS } = options;
  const listener = getRequestListener(
    (request, { incoming }) => {
      const url = incoming.url ?? '';
      const problem = targetProblem({ url, rawHeaders: incoming.rawHeaders });
      const peer = incoming.socket.remoteAddress ?? '';
      return problem === undefined ? app.fetch(request, { peer }) : refuse(problem);
    },
    // HTTP/1.0 knows no host header.
    {
      hostname: 'localhost',
      overrideGlobalObjects: false,
      errorHandler: () => refuse('bad_request_target'),
    },
  );
  const server = createServer({ ...limits }, (incoming, outgoing) => {
    void listener(incoming, outgoing);
  });
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.maxConnections = MAX_SOCKETS;
  await listen(server, options);
  return { port: portOf(server), close: (graceMs) => close(server, graceMs) };
}

function refuse(code: TargetProblem): Response {
  return answerError(new HttpError(code), newRequestId());
}

function listen(server: Server, { host, port, prefix = '' }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new CannotListen(prefix + whyNot(error.code, host, port), { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

function whyNot(code: string | undefined, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `PORT: ${port} is in use`;
  if (code === 'EACCES') return `PORT: ${port} is not allowed for this user`;
  return `HOST: ${host} is no address of this machine`;
}

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(cut);
}
