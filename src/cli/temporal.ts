import { connect } from 'node:net';
import { isGrpcServiceError, ServiceError, type Client } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import type { Config } from '../config.ts';
import { connectClient } from '../connection.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

/** A person waits. An update also waits for a worker, who gets the task of a killed one after 2 s. */
const CALL_MS = 5000;
/** A machine that answers at all does so at once. */
const DIAL_MS = 2000;

/**
 * Temporal for one piece of work, bounded in time.
 * @throws CliError temporal_unavailable, with the reason; other errors of Temporal as they are
 */
export async function withTemporal<Answer>(
  { env, nowMs }: Pick<Io, 'env' | 'nowMs'>,
  temporal: Config['temporal'],
  work: (client: Client) => Promise<Answer>,
): Promise<Answer> {
  const { address, namespace } = temporal;
  const unusable = (reason: string): CliError =>
    new CliError(
      'temporal_unavailable',
      `cannot use Temporal at ${address}, namespace ${namespace}: ${reason}`,
    );
  const fault = isProxied(env) ? undefined : await dialFault(address);
  if (fault !== undefined) throw unusable(fault);
  const client = connectClient(temporal);
  try {
    // First a call that needs neither rights nor a worker: what fails after it has another reason than the connection.
    await client.withDeadline(nowMs() + DIAL_MS, () => client.workflowService.getSystemInfo({}));
    return await client.withDeadline(nowMs() + CALL_MS, () => work(client));
  } catch (error) {
    const reason = reasonOf(error);
    throw reason === undefined ? error : unusable(reason);
  } finally {
    await client.connection.close();
  }
}

/** gRPC takes its connections through these proxies. What cannot be dialled from here may be reached by them. */
function isProxied(env: Io['env']): boolean {
  return ['grpc_proxy', 'https_proxy', 'http_proxy'].some((name) => (env[name] ?? '') !== '');
}

/** gRPC dials again and again until the call's time is over, and then does not say why; so we dial once ourselves. */
async function dialFault(address: string): Promise<string | undefined> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port), timeout: DIAL_MS });
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => {
        resolve(undefined);
      });
      socket.once('timeout', () => {
        resolve('no answer');
      });
      socket.once('error', (error) => {
        resolve(wordsOf(error));
      });
    });
  } finally {
    socket.destroy();
  }
}

function wordsOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return DIAL_FAULTS[code] ?? 'no connection';
}

const DIAL_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
};

const NOT_TEMPORAL =
  'something listens there but does not answer as Temporal does; check the port and TEMPORAL_TLS';

/** By gRPC's code. */
const CALL_FAULTS: Readonly<Record<number, string>> = {
  4: NOT_TEMPORAL,
  5: 'namespace not found',
  7: 'permission denied',
  14: NOT_TEMPORAL,
  16: 'authentication refused',
};

function reasonOf(error: unknown): string | undefined {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (error instanceof NamespaceNotFoundError || cause instanceof NamespaceNotFoundError) {
    return 'namespace not found';
  }
  return isGrpcServiceError(cause) ? CALL_FAULTS[cause.code] : undefined;
}
