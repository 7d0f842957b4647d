import { z } from 'zod';
import { ACCESS_VARIABLES, accessOf, isIdentityWhole, type AccessConfig } from './access-config.ts';
import { databaseUrl, durationMs, port, text, word } from './config-fields.ts';
import { isCodecServerGuarded, isPollIntervalSane, withFallbacks } from './config-rules.ts';
import { telemetryOf, type TelemetryConfig } from './config-telemetry.ts';
import type { CodecSettings } from './connection.ts';
import { Secret } from './domain/secret.ts';
import { DEFAULT_TIMING, type Timing } from './domain/timing.ts';
import { isBusinessId, type BusinessId } from './graph/ids.ts';
import { nodeProblems } from './node-version.ts';
import { isReceiverUrl, isSigningSecret } from './partner/settings.ts';
import type { StorePlace } from './store/place.ts';
import { partnerOf, signupSettingsOf, type Partner, type SignupSettings } from './meta-settings.ts';
import { readTemporalProfile, type TemporalProfile } from './temporal-profile.ts';
import type { VariableName } from './variables.ts';
import { isGraphOrigin, isWebUrl, originOf } from './web-address.ts';

/** Everything a program needs to know, checked once at its start. */
export interface Config extends TelemetryConfig {
  readonly meta: {
    readonly appId: string;
    readonly appSecret: Secret;
    /** Answers Meta's handshake of the webhook's URL. */
    readonly verifyToken: Secret;
    /** The partner's own portfolio, which holds the pre-verified numbers. */
    readonly partner?: Partner;
    /** Absent: the console's page cannot start one. */
    readonly embeddedSignup?: SignupSettings;
  };
  readonly graph: {
    /** An origin, without a path. */
    readonly baseUrl: string;
    readonly version: string;
    readonly timeoutMs: number;
  };
  readonly temporal: TemporalProfile & {
    /** Origin and path of the Temporal UI, without a slash at the end. */
    readonly uiUrl?: string;
    readonly codec: CodecSettings;
  };
  readonly store: { readonly place: StorePlace; readonly keyFile: string };
  readonly http: { readonly host: string; readonly port: number } & AccessConfig;
  /** Who is told of a number's events. */
  readonly partnerEvents?: { readonly url: string; readonly secret: Secret };
  /** Where the codec server listens. */
  readonly codecServer: { readonly host: string; readonly port: number };
  /** Does the watch of an account begin the onboarding of numbers added in WhatsApp Manager? */
  readonly isAdopting: boolean;
  /** Path of the pre-built workflow code. */
  readonly workflowBundle?: string;
  readonly logLevel: LogLevel;
  /** How long a stopping program lets running work end. */
  readonly shutdownGraceMs: number;
  /** Goes into every workflow's input. */
  readonly timing: Timing;
  /** Every value that must never be printed. */
  readonly secrets: readonly Secret[];
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The environment does not describe a program. The message holds every problem, one a line, and no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const environment = z
  .object({
    META_APP_ID: text.regex(/^[0-9]{1,20}$/, 'must be 1-20 digits'),
    META_APP_SECRET: word.regex(/^[0-9a-f]{32}$/i, 'must be 32 hex characters'),
    META_VERIFY_TOKEN: word,
    META_BUSINESS_ID: z.custom<BusinessId>(isBusinessId, 'must be 1-20 digits').optional(),
    META_SYSTEM_TOKEN: word.optional(),
    META_SIGNUP_CONFIG_ID: text.regex(/^[0-9]{1,20}$/, 'must be 1-20 digits').optional(),
    GRAPH_BASE_URL: text
      .transform(originOf)
      .refine(isGraphOrigin, 'must be https://graph.facebook.com'),
    GRAPH_VERSION: text.regex(/^v[0-9]+\.[0-9]+$/, 'must look like v25.0'),
    GRAPH_TIMEOUT: durationMs,
    START_TO_CLOSE: durationMs,
    POLL_INTERVAL: durationMs,
    CERTIFICATE_GRACE: durationMs,
    NAME_UNDECIDED_AFTER: durationMs,
    OUTCOME_WAIT: durationMs,
    ADOPT_NUMBERS: z.enum(['off', 'on'], 'must be off or on'),
    SHUTDOWN_GRACE: durationMs,
    PARTNER_EVENTS_URL: word
      .refine(isReceiverUrl, 'must be https, or http to a loopback host, without a password')
      .optional(),
    PARTNER_EVENTS_SECRET: word
      .refine(isSigningSecret, 'must be whsec_ and 24-64 bytes in base64')
      .optional(),
    TEMPORAL_UI_URL: text.refine(isWebUrl, 'must be an http or https address').optional(),
    STORE_PATH: text,
    DATABASE_URL: databaseUrl.optional(),
    KEY_FILE: text,
    PAYLOAD_CODEC: z.enum(['off', 'on'], 'must be off or on'),
    WORKFLOW_BUNDLE: text.optional(),
    HOST: word,
    PORT: port,
    CODEC_SERVER_HOST: word,
    CODEC_SERVER_PORT: port,
    STARTER_METRICS_HOST: word,
    STARTER_METRICS_PORT: port.optional(),
    WORKER_METRICS_HOST: word,
    WORKER_METRICS_PORT: port.optional(),
    ...ACCESS_VARIABLES,
    OTEL_EXPORTER_OTLP_ENDPOINT: text
      .refine(isWebUrl, 'must be an http or https address')
      .optional(),
    LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  } satisfies Partial<Record<VariableName, z.ZodType>>)
  .refine((env) => env.META_APP_SECRET !== env.META_VERIFY_TOKEN, {
    error: 'META_APP_SECRET and META_VERIFY_TOKEN must differ',
    when: are('META_APP_SECRET', 'META_VERIFY_TOKEN'),
  })
  .refine((env) => (env.META_BUSINESS_ID === undefined) === (env.META_SYSTEM_TOKEN === undefined), {
    error: 'META_BUSINESS_ID and META_SYSTEM_TOKEN belong together: set both or none',
  })
  .refine(
    (env) => (env.PARTNER_EVENTS_URL === undefined) === (env.PARTNER_EVENTS_SECRET === undefined),
    {
      error: 'PARTNER_EVENTS_URL and PARTNER_EVENTS_SECRET belong together: set both or none',
      when: are('PARTNER_EVENTS_URL', 'PARTNER_EVENTS_SECRET'),
    },
  )
  // A slower call would run into the next attempt of its activity: two register requests at a time.
  .refine((env) => 3 * env.GRAPH_TIMEOUT <= env.START_TO_CLOSE, {
    path: ['GRAPH_TIMEOUT'],
    error: 'must be at most a third of START_TO_CLOSE',
    when: are('GRAPH_TIMEOUT', 'START_TO_CLOSE'),
  })
  .refine((env) => env.OUTCOME_WAIT > env.GRAPH_TIMEOUT, {
    path: ['OUTCOME_WAIT'],
    error: 'must exceed GRAPH_TIMEOUT',
    when: are('OUTCOME_WAIT', 'GRAPH_TIMEOUT'),
  })
  .refine((env) => env.SHUTDOWN_GRACE > env.GRAPH_TIMEOUT, {
    path: ['SHUTDOWN_GRACE'],
    error: 'must exceed GRAPH_TIMEOUT',
    when: are('SHUTDOWN_GRACE', 'GRAPH_TIMEOUT'),
  })
  .refine(isPollIntervalSane, {
    path: ['POLL_INTERVAL'],
    error: 'must be between 1m and the deadline (14d)',
    when: are('POLL_INTERVAL', 'GRAPH_BASE_URL'),
  })
  .refine(isCodecServerGuarded, {
    path: ['API_TOKEN'],
    error: 'required when CODEC_SERVER_HOST is not loopback',
    when: are('API_TOKEN', 'CODEC_SERVER_HOST'),
  })
  .refine(isIdentityWhole, {
    error: 'JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL belong together: set all or none',
  });

type Environment = z.output<typeof environment>;

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Without a `v`, as in `process.versions.node`. */
  readonly nodeVersion: string;
  readonly nowMs: number;
}

/** @throws ConfigError with all problems at once. */
export function readConfig({ env, nodeVersion, nowMs }: Surroundings): Config {
  const given = withFallbacks(env);
  const parsed = environment.safeParse(given);
  const temporal = readTemporalProfile(given, nowMs);
  const problems = [
    ...nodeProblems(nodeVersion),
    ...(parsed.success ? [] : parsed.error.issues.map(sentenceOf)),
    ...('address' in temporal ? [] : temporal.map(({ name, reason }) => `${name}: ${reason}`)),
  ];
  if (!parsed.success || !('address' in temporal) || problems.length > 0) {
    throw new ConfigError(problems);
  }
  return configOf(parsed.data, temporal);
}

function configOf(env: Environment, temporal: TemporalProfile): Config {
  const appSecret = new Secret(env.META_APP_SECRET);
  const verifyToken = new Secret(env.META_VERIFY_TOKEN);
  const access = accessOf(env);
  const partner = partnerOf(env);
  const told = partnerEventsOf(env);
  const secrets = [
    ...[appSecret, verifyToken, access.apiToken, temporal.apiKey, partner?.token],
    ...[env.DATABASE_URL?.password, told.partnerEvents?.secret],
  ];
  return {
    meta: {
      ...{ appId: env.META_APP_ID, appSecret, verifyToken },
      ...(partner !== undefined && { partner }),
      ...signupSettingsOf(env),
    },
    graph: {
      baseUrl: env.GRAPH_BASE_URL,
      version: env.GRAPH_VERSION,
      timeoutMs: env.GRAPH_TIMEOUT,
    },
    temporal: {
      ...temporal,
      codec: { isOn: env.PAYLOAD_CODEC === 'on', keyFile: env.KEY_FILE },
      ...(env.TEMPORAL_UI_URL !== undefined && { uiUrl: env.TEMPORAL_UI_URL.replace(/\/+$/, '') }),
    },
    store: { place: placeOf(env), keyFile: env.KEY_FILE },
    http: { host: env.HOST, port: env.PORT, ...access },
    ...told,
    codecServer: { host: env.CODEC_SERVER_HOST, port: env.CODEC_SERVER_PORT },
    ...telemetryOf(env),
    ...(env.WORKFLOW_BUNDLE !== undefined && { workflowBundle: env.WORKFLOW_BUNDLE }),
    isAdopting: env.ADOPT_NUMBERS === 'on',
    logLevel: env.LOG_LEVEL,
    shutdownGraceMs: env.SHUTDOWN_GRACE,
    timing: timingOf(env),
    secrets: secrets.filter((secret) => secret !== undefined),
  };
}

function partnerEventsOf(env: Environment): Pick<Config, 'partnerEvents'> {
  const { PARTNER_EVENTS_URL: url, PARTNER_EVENTS_SECRET: secret } = env;
  if (url === undefined || secret === undefined) return {};
  return { partnerEvents: { url, secret: new Secret(secret) } };
}

function placeOf({ DATABASE_URL: address, STORE_PATH: path }: Environment): StorePlace {
  return address === undefined ? { kind: 'sqlite', path } : { kind: 'postgres', ...address };
}

function timingOf(env: Environment): Timing {
  return {
    ...DEFAULT_TIMING,
    ...{ startToCloseMs: env.START_TO_CLOSE, pollMs: env.POLL_INTERVAL },
    slowPollMs: Math.max(env.POLL_INTERVAL, DEFAULT_TIMING.slowPollMs),
    outcomeWaitMs: env.OUTCOME_WAIT,
    certificateGraceMs: env.CERTIFICATE_GRACE,
    nameUndecidedAfterMs: env.NAME_UNDECIDED_AFTER,
  };
}

/** Zod's rule for "these fields are fine, so their comparison makes sense". */
function are(...names: readonly VariableName[]) {
  return ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path }) => names.some((name) => name === path?.[0]));
}

function sentenceOf({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
