import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import {
  loadClientConfigProfile,
  toClientOptions,
  type ClientConfigProfile,
  type ClientConfigTLS,
  type ClientConnectConfig,
  type ConfigDataSource,
} from '@temporalio/envconfig';
import { Secret } from './domain/secret.ts';
import { isLoopback } from './loopback.ts';

type ConnectionOptions = ClientConnectConfig['connectionOptions'];

/** How to reach Temporal. The API key is opened only where the connection is made. */
export interface TemporalProfile {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: Secret;
  readonly tls: NonNullable<ConnectionOptions['tls']>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is wrong with one variable. */
export interface Problem {
  readonly name: string;
  readonly reason: string;
}

/**
 * Temporal's own environment variables and configuration file, read by its envconfig, and the checks it leaves out. The file
 * in the user's home is read only when a variable names a file or a profile: a stray one must not lead us elsewhere.
 */
export function readTemporalProfile(
  env: Readonly<Record<string, string>>,
  nowMs: number,
): TemporalProfile | readonly Problem[] {
  const profile = loadProfile(env);
  if (profile === undefined) {
    return [{ name: 'TEMPORAL_CONFIG_FILE', reason: 'cannot be read, or lacks TEMPORAL_PROFILE' }];
  }
  const problems = [
    ...addressProblems(profile),
    ...switchProblems(env),
    ...tlsProblems(profile.tls ?? {}, nowMs),
  ];
  return problems.length > 0 ? problems : profileOf(profile);
}

function loadProfile(env: Readonly<Record<string, string>>): ClientConfigProfile | undefined {
  const namesFile = 'TEMPORAL_CONFIG_FILE' in env || 'TEMPORAL_PROFILE' in env;
  try {
    return loadClientConfigProfile({ overrideEnvVars: { ...env }, disableFile: !namesFile });
  } catch {
    return undefined;
  }
}

function profileOf(profile: ClientConfigProfile): TemporalProfile {
  const { connectionOptions } = toClientOptions(profile);
  return {
    address: profile.address ?? '',
    namespace: profile.namespace ?? 'default',
    tls: connectionOptions.tls ?? false,
    metadata: profile.grpcMeta ?? {},
    ...(profile.apiKey !== undefined && { apiKey: new Secret(profile.apiKey) }),
  };
}

function addressProblems({ address, tls, apiKey }: ClientConfigProfile): readonly Problem[] {
  if (address === undefined) return [{ name: 'TEMPORAL_ADDRESS', reason: 'missing' }];
  const host = /^(?<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$/.exec(address)?.groups?.[
    'host'
  ];
  if (host === undefined) return [{ name: 'TEMPORAL_ADDRESS', reason: 'needs host:port' }];
  const isPlain = tls === undefined && apiKey === undefined;
  if (!isPlain || isLoopback(host)) return [];
  const reason =
    'required for a non-loopback address; TEMPORAL_TLS=false allows plain text on a private network';
  return [{ name: 'TEMPORAL_TLS', reason }];
}

/** envconfig takes anything but `true` and `1` for no, without a word. */
function switchProblems(env: Readonly<Record<string, string>>): readonly Problem[] {
  return /^(true|false|1|0)$/.test(env['TEMPORAL_TLS'] ?? 'true')
    ? []
    : [{ name: 'TEMPORAL_TLS', reason: 'must be true or false' }];
}

function tlsProblems(tls: ClientConfigTLS, nowMs: number): readonly Problem[] {
  if (tls.disabled === true) return [];
  const { clientCert, clientKey, serverCACert } = tls;
  const problems: (Problem | undefined)[] = [
    clientCert && certificateProblem('TEMPORAL_TLS_CLIENT_CERT_PATH', clientCert, nowMs),
    serverCACert && certificateProblem('TEMPORAL_TLS_SERVER_CA_CERT_PATH', serverCACert, nowMs),
    clientKey && keyProblem('TEMPORAL_TLS_CLIENT_KEY_PATH', clientKey),
  ];
  if (clientCert !== undefined && clientKey === undefined) {
    problems.push({ name: 'TEMPORAL_TLS_CLIENT_KEY_PATH', reason: 'missing' });
  }
  if (clientKey !== undefined && clientCert === undefined) {
    problems.push({ name: 'TEMPORAL_TLS_CLIENT_CERT_PATH', reason: 'missing' });
  }
  return problems.filter((problem) => problem !== undefined);
}

function certificateProblem(
  name: string,
  source: ConfigDataSource,
  nowMs: number,
): Problem | undefined {
  try {
    const pem = 'path' in source ? readFileSync(source.path) : source.data;
    const { validToDate } = new X509Certificate(pem);
    if (validToDate.getTime() > nowMs) return undefined;
    return { name, reason: `expired on ${validToDate.toISOString().slice(0, 10)}` };
  } catch {
    return { name, reason: 'cannot be read' };
  }
}

function keyProblem(name: string, source: ConfigDataSource): Problem | undefined {
  if (!('path' in source)) return undefined;
  try {
    const isOpen = (statSync(source.path).mode & 0o077) !== 0;
    return isOpen ? { name, reason: 'must not be readable by others (0600)' } : undefined;
  } catch {
    return { name, reason: 'cannot be read' };
  }
}
