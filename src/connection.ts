import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowClientInterceptor } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { createKeyring } from './keyring/keyring.ts';
import { createPayloadCodec } from './payloads/payload-codec.ts';
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

/** How what is written to Temporal is encrypted. */
export interface CodecSettings {
  /** False: it is written in clear. What was encrypted before is read all the same. */
  readonly isOn: boolean;
  readonly keyFile: string;
}

/** Files that workers require by their paths, and that the workflow bundle holds. */
export const CONVERTERS = {
  payload: besideThisFile('payloads/payload-converter'),
  failure: besideThisFile('payloads/failure-converter'),
} as const;

/** The one converter of worker, edge, CLI and replayer: a payload one of them writes, the others read. Reads no key before it needs one. */
export function createDataConverter({
  namespace,
  codec: { isOn, keyFile },
}: {
  readonly namespace: string;
  readonly codec: CodecSettings;
}): DataConverter {
  const keyring = createKeyring(keyFile);
  return {
    payloadConverterPath: CONVERTERS.payload,
    // Without the codec it would only hide from the Temporal UI why something failed.
    ...(isOn && { failureConverterPath: CONVERTERS.failure }),
    payloadCodecs: [createPayloadCodec({ keyring, namespace, isOn })],
  };
}

/** Does not dial: a program starts while Temporal is down. */
export function connectClient(
  temporal: TemporalProfile & { readonly codec: CodecSettings },
  interceptors: WorkflowClientInterceptor[] = [],
): Client {
  return new Client({
    connection: Connection.lazy(connectionOptions(temporal)),
    namespace: temporal.namespace,
    dataConverter: createDataConverter(temporal),
    interceptors: { workflow: interceptors },
  });
}

/** What every bundle of the workflows has in it beside them. */
export const WORKFLOW_INTERCEPTORS = [besideThisFile('workflows/trace-header')];

/** `.ts` in the sources, `.js` once they are built. */
function besideThisFile(path: string): string {
  return fileURLToPath(new URL(`./${path}${extname(import.meta.filename)}`, import.meta.url));
}
