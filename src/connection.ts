import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { TemporalProfile } from './temporal-profile.ts';

/** What `Connection` (edge, CLI) and `NativeConnection` (worker) both take. */
export interface TemporalConnectionOptions {
  readonly address: string;
  readonly tls: TemporalProfile['tls'];
  readonly metadata: Record<string, string>;
  readonly apiKey?: string;
}

export function connectionOptions(temporal: TemporalProfile): TemporalConnectionOptions {
  return {
    address: temporal.address,
    tls: temporal.tls,
    metadata: { ...temporal.metadata },
    ...(temporal.apiKey !== undefined && { apiKey: temporal.apiKey.reveal() }),
  };
}

/** The one converter of worker, edge, CLI and replayer: a payload one of them writes, the others read. */
export function createDataConverter(): DataConverter {
  return {};
}

/** Does not dial: a program starts while Temporal is down. */
export function connectClient(temporal: TemporalProfile): Client {
  return new Client({
    connection: Connection.lazy(connectionOptions(temporal)),
    namespace: temporal.namespace,
    dataConverter: createDataConverter(),
  });
}
