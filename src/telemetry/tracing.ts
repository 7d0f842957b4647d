import { SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { GraphClientOptions } from '../graph/client.ts';
import type { AnsweredRoute } from '../http/routes.ts';
import { verdictOf } from './call-verdict.ts';

/** A collector that hangs must not hold up the end of a program. */
const STOP_MS = 2000;

type ActivityContext = ConstructorParameters<typeof OpenTelemetryActivityInboundInterceptor>[0];

interface TracedActivity {
  readonly inbound: OpenTelemetryActivityInboundInterceptor;
}

export interface Tracing {
  /** For Temporal's client: what it starts belongs to the trace. */
  readonly forClient: OpenTelemetryWorkflowClientInterceptor[];
  /** For the worker: its activities belong to the trace of whoever started their workflow. */
  readonly forActivities: ((context: ActivityContext) => TracedActivity)[];
  /** Sends what is left. */
  stop(): Promise<void>;
}

interface TracingOptions {
  /** Of an OTLP collector. Absent: nothing is traced. The exporter itself and sampling follow the standard `OTEL_*` variables. */
  readonly tracesTo?: string;
  /** Of the program; `OTEL_SERVICE_NAME` wins over it. */
  readonly name: string;
  /** Takes secrets and phone numbers out of a text. */
  readonly hide: (text: string) => string;
  /** Told when the collector did not take spans. */
  readonly onFailure: () => void;
}

/** Once per process, before the first client. */
export function startTracing({ tracesTo, name, hide, onFailure }: TracingOptions): Tracing {
  if (tracesTo === undefined) {
    return { forClient: [], forActivities: [], stop: () => Promise.resolve() };
  }
  setGlobalErrorHandler(onFailure);
  const resource = new Resource({ 'service.name': `whatsapp-onboarding-${name}` });
  const provider = new BasicTracerProvider({
    resource: resource.merge(detectResourcesSync({ detectors: [envDetectorSync] })),
    spanProcessors: [new BatchSpanProcessor(hiding(new OTLPTraceExporter(), hide))],
  });
  provider.register({
    contextManager: new AsyncLocalStorageContextManager().enable(),
    // Without baggage: whatever a caller put there would travel into Temporal, in clear.
    propagator: new W3CTraceContextPropagator(),
  });
  return {
    forClient: [new OpenTelemetryWorkflowClientInterceptor()],
    forActivities: [
      (context) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(context) }),
    ],
    stop: async () => {
      await Promise.race([provider.shutdown(), expiry(STOP_MS)]).catch(onFailure);
    },
  };
}

const tracer = () => trace.getTracer('whatsapp-number-onboarding');

/** A span for each call to Meta, with its verdict. */
export const traceCall: NonNullable<GraphClientOptions['around']> = (call, send) =>
  tracer().startActiveSpan(`Graph: ${call}`, { kind: SpanKind.CLIENT }, async (span) => {
    try {
      const answer = await send();
      span.setAttribute('graph.verdict', 'ok');
      return answer;
    } catch (error) {
      span.setAttribute('graph.verdict', verdictOf(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });

interface App<Served> {
  readonly fetch: (request: Request, served: Served) => Response | Promise<Response>;
}

/** A span for each request of the API. It begins a trace: a caller's own is not taken over, as it may hold anything. */
export function tracedApp<Served>(app: App<Served>): App<Served> {
  return {
    fetch: (request, served) => {
      if (!new URL(request.url).pathname.startsWith('/v1/')) return app.fetch(request, served);
      const options = { kind: SpanKind.SERVER, root: true };
      return tracer().startActiveSpan(`${request.method} (no route)`, options, async (span) => {
        try {
          return await app.fetch(request, served);
        } finally {
          span.end();
        }
      });
    },
  };
}

/** Names the span of the request by its route. */
export function traceAnswer({ method, route, status }: AnsweredRoute): void {
  const span = trace.getActiveSpan();
  span?.updateName(`${method} ${route}`);
  span?.setAttributes({ 'http.route': route, 'http.response.status_code': status });
  if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
}

function hiding(exporter: SpanExporter, hide: (text: string) => string): SpanExporter {
  return {
    export: (spans, done) => {
      for (const span of spans) hideIn(span, hide);
      exporter.export(spans, done);
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** Texts of failures are ours and hold no secret; this is the last filter, as the logs have one. */
function hideIn(
  { attributes, events, status }: ReadableSpan,
  hide: (text: string) => string,
): void {
  const inAll = (values: Attributes): void => {
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === 'string') values[name] = hide(value);
    }
  };
  inAll(attributes);
  for (const event of events) if (event.attributes !== undefined) inAll(event.attributes);
  if (status.message !== undefined) status.message = hide(status.message);
}

function expiry(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
