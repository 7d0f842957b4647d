import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { freePort } from '../support/free-port.ts';

const value = z.object({ stringValue: z.string().optional() });
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(z.object({ key: z.string(), value })).default([]),
});
const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value })) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

export interface Span {
  readonly program: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
}

/** A collector that takes OTLP over HTTP and keeps it. */
export interface Collector {
  readonly url: string;
  readonly spans: () => readonly Span[];
  /** Every byte it was sent. */
  readonly bytes: () => Buffer;
  readonly close: () => void;
}

export async function startCollector(): Promise<Collector> {
  const bodies: Buffer[] = [];
  const server = createServer((incoming, outgoing) => {
    void buffer(incoming).then((body) => {
      bodies.push(body);
      outgoing.end('{}');
    });
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port.toString()}`,
    spans: () => bodies.flatMap(spansIn),
    bytes: () => Buffer.concat(bodies),
    close: () => void server.close(),
  };
}

function spansIn(body: Buffer): readonly Span[] {
  const { resourceSpans } = request.parse(JSON.parse(body.toString()));
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const name = resource.attributes.find(({ key }) => key === 'service.name');
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ traceId, spanId, parentSpanId, name: spanName }) => ({
        ...{ program: name?.value.stringValue ?? '', traceId, spanId, name: spanName },
        parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
      }));
  });
}
