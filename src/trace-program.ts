import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createFilter } from './logging.ts';
import { startTracing, type Tracing } from './telemetry/tracing.ts';

/** Traces of one program, where its configuration says that somebody wants them. */
export function traceProgram(name: string, { tracesTo, secrets }: Config, log: Logger): Tracing {
  return startTracing({
    name,
    hide: createFilter(secrets),
    onFailure: () => {
      log.warn('traces: the collector did not take them');
    },
    ...(tracesTo !== undefined && { tracesTo }),
  });
}
