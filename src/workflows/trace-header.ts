import type { Headers, WorkflowInterceptors } from '@temporalio/workflow';

/** Where Temporal's interceptors for OpenTelemetry keep which trace a call belongs to, and nothing else. */
const TRACE_HEADER = '_tracer-data';

/**
 * Hands on to activities the trace of whoever started the workflow. The workflow has no span itself: it would last for weeks,
 * and code that makes spans would be replayed with it. Without a trace nothing is changed.
 */
export function interceptors(): WorkflowInterceptors {
  let traced: Headers = {};
  const inTrace = <Input extends { readonly headers: Headers }>(input: Input): Input => ({
    ...input,
    headers: { ...input.headers, ...traced },
  });
  return {
    inbound: [
      {
        execute: (input, next) => {
          const header = input.headers[TRACE_HEADER];
          traced = header === undefined ? {} : { [TRACE_HEADER]: header };
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(inTrace(input)),
        scheduleLocalActivity: (input, next) => next(inTrace(input)),
        continueAsNew: (input, next) => next(inTrace(input)),
      },
    ],
  };
}
