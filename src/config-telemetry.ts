interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What the programs tell about themselves, and to whom. */
export interface TelemetryConfig {
  /** Where each program shows its metrics; absent: it does not. */
  readonly metrics: { readonly starter?: ListenAddress; readonly worker?: ListenAddress };
  /** An OTLP collector; absent: nothing is traced. */
  readonly tracesTo?: string;
}

interface Given {
  readonly STARTER_METRICS_HOST: string;
  readonly STARTER_METRICS_PORT?: number | undefined;
  readonly WORKER_METRICS_HOST: string;
  readonly WORKER_METRICS_PORT?: number | undefined;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
}

export function telemetryOf(env: Given): TelemetryConfig {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: tracesTo } = env;
  const starter = addressOf(env.STARTER_METRICS_HOST, env.STARTER_METRICS_PORT);
  const worker = addressOf(env.WORKER_METRICS_HOST, env.WORKER_METRICS_PORT);
  return {
    metrics: { ...(starter && { starter }), ...(worker && { worker }) },
    ...(tracesTo !== undefined && { tracesTo }),
  };
}

function addressOf(host: string, port: number | undefined): ListenAddress | undefined {
  return port === undefined ? undefined : { host, port };
}
