/** One environment variable, as the reference page and `.env.example` show it. */
export interface Variable {
  readonly meaning: string;
  /** What is used when the variable is absent or empty; absent for required and for optional ones. */
  readonly fallback?: string;
  /** No program starts without it. `example` is what `.env.example` proposes. */
  readonly isRequired?: true;
  readonly example?: string;
  /** Its value is never printed. */
  readonly isSecret?: true;
}

/** Every variable the programs read. The order is the one of the documentation. */
export const VARIABLES = {
  META_APP_ID: {
    meaning: "ID of the app in Meta's App Dashboard: 1-20 digits",
    isRequired: true,
  },
  META_APP_SECRET: {
    meaning:
      'Secret of the same app: 32 hex characters. Signs our calls, and proves that a webhook comes from Meta',
    isRequired: true,
    isSecret: true,
  },
  META_VERIFY_TOKEN: {
    meaning:
      "The word you enter beside the webhook's URL in the App Dashboard. Any text without white space but the app secret",
    isRequired: true,
    isSecret: true,
  },
  META_BUSINESS_ID: {
    meaning:
      'ID of your own business portfolio at Meta: 1-20 digits. Only for pre-verified numbers',
  },
  META_SYSTEM_TOKEN: {
    meaning:
      'Your own system token, with `business_management`. Only for pre-verified numbers, together with `META_BUSINESS_ID`',
    isSecret: true,
  },
  META_SIGNUP_CONFIG_ID: {
    meaning:
      "ID of the app's Facebook Login configuration for Embedded Signup: 1-20 digits. Only for the console's own signup page",
  },
  GRAPH_BASE_URL: {
    meaning:
      'Where the Graph API is. Another address, also over http, is taken for a loopback host only',
    fallback: 'https://graph.facebook.com',
  },
  GRAPH_VERSION: { meaning: 'Version of the Graph API', fallback: 'v25.0' },
  GRAPH_TIMEOUT: {
    meaning: 'How long one call to Meta may take: at most a third of `START_TO_CLOSE`',
    fallback: '10s',
  },
  START_TO_CLOSE: {
    meaning: 'How long one attempt of an activity may take',
    fallback: '30s',
  },
  POLL_INTERVAL: {
    meaning:
      'How often a waiting number is read when no webhook comes: 1m to 14d (from 1s when `GRAPH_BASE_URL` is a loopback host)',
    fallback: '6h',
  },
  CERTIFICATE_GRACE: {
    meaning: 'How long after the approval of its name a number waits for a certificate',
    fallback: '48h',
  },
  NAME_UNDECIDED_AFTER: {
    meaning:
      'How long a name may stay in review before the onboarding of its registered number ends as `registered-name-undecided`',
    fallback: '90d',
  },
  OUTCOME_WAIT: {
    meaning:
      'How long after a register call without an answer the number is read again: more than `GRAPH_TIMEOUT`',
    fallback: '60s',
  },
  ADOPT_NUMBERS: {
    meaning:
      '`on` begins the onboarding of numbers that somebody adds to a watched account in WhatsApp Manager, if they are not proved yet: nothing is written at Meta before a code proves them. `off` leaves them to `account adopt`',
    fallback: 'on',
  },
  SHUTDOWN_GRACE: {
    meaning: 'How long a stopping program lets running work end: more than `GRAPH_TIMEOUT`',
    fallback: '20s',
  },
  TEMPORAL_ADDRESS: {
    meaning: 'Temporal server, as host:port',
    isRequired: true,
    example: '127.0.0.1:7233',
  },
  TEMPORAL_NAMESPACE: { meaning: 'Temporal namespace', fallback: 'default' },
  TEMPORAL_API_KEY: { meaning: 'API key of Temporal Cloud; turns TLS on', isSecret: true },
  TEMPORAL_TLS: {
    meaning:
      '`true` or `false`. An address that is not loopback needs TLS, unless this is `false`: for a private network such as the one of docker compose',
  },
  TEMPORAL_TLS_CLIENT_CERT_PATH: { meaning: 'Client certificate (PEM) for mutual TLS' },
  TEMPORAL_TLS_CLIENT_KEY_PATH: {
    meaning: 'Its private key (PEM), readable by its owner alone',
  },
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: {
    meaning: "Certificate authority of the server's certificate",
  },
  TEMPORAL_TLS_SERVER_NAME: { meaning: "Name expected in the server's certificate" },
  TEMPORAL_CONFIG_FILE: {
    meaning: "Temporal's own configuration file (TOML); the variables above win over it",
  },
  TEMPORAL_PROFILE: { meaning: 'Profile of that file' },
  PARTNER_EVENTS_URL: {
    meaning:
      "Where your own system takes a number's events: https, or http to a loopback host. Without it none are sent",
  },
  PARTNER_EVENTS_SECRET: {
    meaning:
      'Signs them by the scheme of Standard Webhooks: `whsec_` and 24 to 64 random bytes in base64. Together with `PARTNER_EVENTS_URL`',
    isSecret: true,
  },
  TEMPORAL_UI_URL: { meaning: 'Where the Temporal UI is, for links in answers' },
  STORE_PATH: {
    meaning: 'SQLite file of our own records, where there is no `DATABASE_URL`',
    fallback: '.data/onboarding.db',
  },
  DATABASE_URL: {
    meaning:
      'PostgreSQL database of our own records, for programs on several machines: `postgres://user:password@host:5432/database`. A host that is not loopback needs `?sslmode=verify-full` (with `sslrootcert`, `sslcert` and `sslkey` as paths where needed), or `?sslmode=disable` for a private network such as the one of docker compose',
    isSecret: true,
  },
  KEY_FILE: {
    meaning:
      'Keys that seal tokens, PINs and certificates. Made at the first start (0600). Back it up apart from the database',
    fallback: '.data/sealing-key.json',
  },
  PAYLOAD_CODEC: {
    meaning:
      '`on` encrypts what is written to Temporal with keys of `KEY_FILE`, which every program then needs; `off` still reads what was encrypted',
    fallback: 'off',
  },
  CODEC_SERVER_HOST: {
    meaning:
      'Address the codec server listens on, which shows the Temporal UI what `PAYLOAD_CODEC` encrypted. Off loopback it needs `API_TOKEN`',
    fallback: '127.0.0.1',
  },
  CODEC_SERVER_PORT: { meaning: 'Its port: 1-65535', fallback: '3001' },
  WORKFLOW_BUNDLE: {
    meaning:
      'The pre-built workflow code, as `npm run bundle` writes it; without it the worker builds it at start. With `PAYLOAD_CODEC=on` the one beside it is used whose name ends in `.encoded.js`',
  },
  HOST: { meaning: 'Address the HTTP edge listens on', fallback: '127.0.0.1' },
  PORT: { meaning: 'Its port: 1-65535', fallback: '3000' },
  STARTER_METRICS_PORT: {
    meaning:
      'Where the starter shows its metrics to Prometheus, under `/metrics`: 1-65535. Without it, nowhere',
  },
  STARTER_METRICS_HOST: {
    meaning: 'Address of that listener, which asks for no token',
    fallback: '127.0.0.1',
  },
  WORKER_METRICS_PORT: {
    meaning: "The same of the worker, with the metrics of Temporal's SDK",
  },
  WORKER_METRICS_HOST: { meaning: 'Its address', fallback: '127.0.0.1' },
  API_TOKEN: {
    meaning:
      'What your own servers send as `Authorization: Bearer …`: at least 32 characters. An operator: it neither shows secrets nor takes away. When `HOST` is not loopback, this, an identity provider (`JWT_ISSUER`) or a token of `tokens new` is required',
    isSecret: true,
  },
  ALLOWED_ORIGINS: {
    meaning: 'Web origins whose pages may call, separated by commas: `https://partner.example`',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning:
      'An OpenTelemetry collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318`. Without it nothing is traced',
  },
  TRUSTED_PROXIES: {
    meaning:
      "Addresses and networks of your own proxies, separated by commas: `10.0.0.5, 192.168.0.0/16`. Their `x-forwarded-for` tells who calls; nobody else's does",
  },
  SIGNUPS_PER_MINUTE: {
    meaning:
      'How many signups a caller may send a minute; from one address three times as many. Each starter counts for itself: with two of them it is up to twice as many',
    fallback: '10',
  },
  JWT_ISSUER: {
    meaning:
      'Your identity provider, as `iss` of its JWTs names it. With `JWT_AUDIENCE` and `JWT_JWKS_URL` its people may call with them',
  },
  JWT_AUDIENCE: { meaning: 'This service, as `aud` of the JWTs names it' },
  JWT_JWKS_URL: {
    meaning: "Where the provider's public keys are: https, or http to a loopback host",
  },
  JWT_ALGORITHMS: {
    meaning: 'Signatures that are taken, separated by commas. HMAC and `none` never are',
    fallback: 'RS256, ES256',
  },
  JWT_ROLE_CLAIM: {
    meaning:
      "Where a JWT holds the person's roles: a claim, or a path such as `realm_access.roles`",
    fallback: 'roles',
  },
  JWT_ROLES: {
    meaning: 'What the provider calls our roles',
    fallback: 'viewer=viewer, operator=operator, admin=admin',
  },
  LOG_LEVEL: {
    meaning: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`',
    fallback: 'info',
  },
} as const satisfies Readonly<Record<string, Variable>>;

export type VariableName = keyof typeof VARIABLES;
