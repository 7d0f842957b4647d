import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { browserFile } from './browser-signup.ts';
import { newClock, setMode } from './clock.ts';
import { createControl } from './control.ts';
import { createGraphDoor } from './graph.ts';
import { pageOf } from './page.ts';
import { readRequest } from './request.ts';
import { scenarioOf } from './seeding.ts';
import { loadWorld, openStateFile } from './state-file.ts';
import { switchesSchema } from './switches.ts';
import { createTimeline } from './timeline.ts';
import { DEFAULT_APP, newWorld } from './world.ts';
import type { BrowserFile } from './browser-signup.ts';
import type { Incoming } from './request.ts';
import type { App, ClockState, Fake, World } from './world.ts';

export interface FakeGraphOptions {
  /** 0 takes any free one. */
  port?: number;
  host?: '127.0.0.1' | 'localhost' | '::1';
  /** Given to numbers whose signup names none. */
  scenario?: string;
  seed?: string;
  clock?: Pick<ClockState, 'mode' | 'factor'>;
  app?: Partial<App>;
  /** A file that keeps the world; an existing one is gone on with. */
  state?: string;
}

export interface FakeGraph {
  /** Without a trailing slash: `http://127.0.0.1:4010`. */
  url: string;
  close: () => Promise<void>;
}

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

/**
 * Starts an emulator of Meta's WhatsApp Graph API with a world of its own.
 * @throws Error when the port is taken, the scenario unknown or the state file not readable
 */
export async function startFakeGraph(options: FakeGraphOptions = {}): Promise<FakeGraph> {
  const { state: file, host = '127.0.0.1', port = 0 } = options;
  const world = openWorld(options);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = urlOf(server.address(), host);
  // Not before the port is ours: another program may be using the file.
  const { fake, save, forget } = keep(world, file);
  const timeline = createTimeline(fake, save);
  const graph = createGraphDoor(fake, url, () => {
    save();
    timeline.arm();
  });
  const control = createControl(fake, timeline);

  const serve = async (incoming: Incoming, response: ServerResponse): Promise<void> => {
    const { pathname } = incoming.url;
    if (pathname !== '/_fake' && !pathname.startsWith('/_fake/'))
      return graph.serve(incoming, response);
    if (pathname === '/_fake') {
      text(response, { type: 'text/html', text: pageOf(fake.world) });
      return;
    }
    const file =
      incoming.method === 'GET' ? browserFile(pathname.slice('/_fake/'.length)) : undefined;
    if (file !== undefined) {
      text(response, file);
      return;
    }
    const reply = await control(incoming);
    save();
    json(response, reply.status, reply.body);
  };
  server.on('request', (request, response) => {
    void answer(request, response, { url, serve });
  });
  save();
  await timeline.settle();

  return {
    url,
    close: async () => {
      timeline.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      save();
      forget();
    },
  };
}

/** The world and, if there is a file, its keeper: whatever world takes the place of another is kept as well. */
function keep(first: World, file: string | undefined): Kept {
  const nothing = (): void => undefined;
  if (file === undefined) return { fake: { world: first }, save: nothing, forget: nothing };
  const { adopt, save, close } = openStateFile(file);
  let current = adopt(first);
  const fake = {
    get world() {
      return current;
    },
    set world(next) {
      current = adopt(next);
    },
  };
  return { fake, save, forget: close };
}

interface Kept {
  fake: Fake;
  save: () => void;
  forget: () => void;
}

function openWorld(options: FakeGraphOptions): World {
  const { state: file, scenario = 'happy', seed = '1', clock, app } = options;
  scenarioOf(scenario);
  const known = file === undefined ? undefined : loadWorld(file);
  const world =
    known ??
    newWorld({
      seed,
      scenario,
      clock: newClock(),
      app: DEFAULT_APP,
      switches: switchesSchema.parse({}),
    });
  Object.assign(world.app, app);
  if (options.scenario !== undefined) world.scenario = options.scenario;
  if (clock !== undefined) setMode(world.clock, clock);
  return world;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { url, serve }: { url: string; serve: (i: Incoming, r: ServerResponse) => Promise<void> },
): Promise<void> {
  try {
    const incoming = await readRequest(request, url);
    if (incoming === undefined) json(response, 400, { error: 'this request cannot be read' });
    else if (isForeign(request, incoming))
      json(response, 403, { error: 'the control API answers this machine only' });
    else await serve(incoming, response);
  } catch (error) {
    // A client that has left is no fault; anything else is a bug of this program and must be seen.
    if (response.destroyed || request.destroyed) return;
    process.stderr.write(
      `fake-graph: ${error instanceof Error ? (error.stack ?? '') : 'failed'}\n`,
    );
    if (!response.headersSent) json(response, 500, { error: 'fake-graph itself has failed' });
    else response.destroy();
  }
}

/** Of another machine, or of a page in a browser that was lured here. */
function isForeign(request: IncomingMessage, { url, headers }: Incoming): boolean {
  if (!url.pathname.startsWith('/_fake')) return false;
  const isLocal = LOOPBACK.includes(request.socket.remoteAddress ?? '');
  const isOwnPage = headers.origin === undefined || headers.origin === url.origin;
  const isOwnName = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(headers.host ?? '');
  return !isLocal || !isOwnPage || !isOwnName;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}

function text(response: ServerResponse, { type, text: body }: BrowserFile): void {
  response.writeHead(200, {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'",
  });
  response.end(body);
}

function urlOf(
  address: ReturnType<ReturnType<typeof createServer>['address']>,
  host: string,
): string {
  if (address === null || typeof address === 'string') throw new Error('no address to listen on');
  return `http://${host === '::1' ? '[::1]' : host}:${address.port}`;
}
