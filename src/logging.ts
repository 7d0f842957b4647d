import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/common';
import type { MetricsBuffer, RuntimeOptions } from '@temporalio/worker';
import { pino, type Logger } from 'pino';
import type { Secret } from './domain/secret.ts';

export interface LoggerOptions {
  readonly name: string;
  readonly level: string;
  /** Values that are replaced wherever they turn up. */
  readonly secrets: readonly Secret[];
  /** Where lines go: standard output unless a test says otherwise. */
  readonly destination?: { write(line: string): void };
}

/** What a line may hold beside its message: ours first, then the fields of Temporal's SDK. All else is dropped. */
const FIELDS: ReadonlySet<string> = new Set([
  ...[
    'address',
    'attempt',
    'cause',
    'code',
    'count',
    'durationMs',
    'err',
    'field',
    'http',
    'ignored',
    'kept',
  ],
  ...[
    'method',
    'outcome',
    'path',
    'phoneNumberId',
    'port',
    'requestId',
    'route',
    'signal',
    'stage',
    'status',
  ],
  ...['subcode', 'traceId', 'url', 'waitingFor', 'wabaId'],
  ...[
    'activityId',
    'activityType',
    'error',
    'isLocal',
    'namespace',
    'runId',
    'sdkComponent',
    'state',
    'taskQueue',
  ],
  ...['target', 'workflowId', 'workflowType'],
]);

const HIDDEN = '«secret»';
/** Meta's access tokens, wherever they come from. */
const ACCESS_TOKEN = /EAA[A-Za-z0-9]{20,}/g;
/** A phone number as Meta displays it; its last two digits stay. */
const PHONE_NUMBER = /\+[0-9][0-9 ().-]{5,18}(?=[0-9]{2}(?![0-9]))/g;
/** One escape of a JSON string; the first group is filled for control characters. */
const ESCAPE = /\\(?:([bfnrt]|u00[01][0-9a-f])|.)/g;
/** Control characters that JSON leaves as they are. */
const UNESCAPED_CONTROL = /[\u007f-\u009f\u2028\u2029]/g;

/** JSON lines with listed fields only. A last filter hides secrets and phone numbers that got into a text all the same. */
export function createLogger(options: LoggerOptions): Logger {
  const out = options.destination ?? pino.destination({ dest: 1, sync: true });
  const hide = createFilter(options.secrets);
  return pino(
    {
      name: options.name,
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError, error: describeError },
      formatters: { level: (label) => ({ level: label }), log: listedFields },
    },
    {
      write(line: string): void {
        out.write(hide(line));
      },
    },
  );
}

/** Lets the SDK log through ours. */
export function temporalLogger(logger: Logger): TemporalLogger {
  const log = (level: LogLevel, message: string, meta: LogMetadata = {}): void => {
    logger[PINO_LEVELS[level]](meta, message);
  };
  return {
    log,
    trace: (message, meta) => {
      log('TRACE', message, meta);
    },
    debug: (message, meta) => {
      log('DEBUG', message, meta);
    },
    info: (message, meta) => {
      log('INFO', message, meta);
    },
    warn: (message, meta) => {
      log('WARN', message, meta);
    },
    error: (message, meta) => {
      log('ERROR', message, meta);
    },
  };
}

/**
 * For `Runtime.install`, before anything else of the SDK. Without `forward` its native half writes to the console by itself,
 * past our filter, and prints failure messages in clear.
 */
export function runtimeOptions(logger: Logger, metrics?: MetricsBuffer): RuntimeOptions {
  return {
    logger: temporalLogger(logger),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metrics !== undefined && { metrics: { buffer: metrics } }),
    },
  };
}

const PINO_LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;

function listedFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => FIELDS.has(name)));
}

/** Name, message and stack; never the fields that libraries hang on an error: they hold requests and answers. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : 'not an error';
  const cause = error.cause instanceof Error ? { cause: describeError(error.cause) } : {};
  return { type: error.name, message: error.message, stack: error.stack, ...cause };
}

/** Takes secrets and phone numbers out of a text. */
export function createFilter(secrets: readonly Secret[]): (line: string) => string {
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value !== '');
  const spellings = values.flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
  ]);
  return (line) =>
    [...new Set(spellings)]
      .reduce((hidden, spelling) => hidden.replaceAll(spelling, HIDDEN), line)
      .replace(ACCESS_TOKEN, HIDDEN)
      .replace(PHONE_NUMBER, '+…')
      .replace(ESCAPE, (escape: string, control?: string) => (control === undefined ? escape : ' '))
      .replace(UNESCAPED_CONTROL, ' ');
}
