import { isIP } from 'node:net';
import { z } from 'zod';
import { origins, text, word } from './config-fields.ts';
import { ROLES, type Role } from './domain/role.ts';
import { Secret } from './domain/secret.ts';
import type { IdentityProvider } from './http/identity-provider.ts';
import type { VariableName } from './variables.ts';
import { isLocalOrigin, isWebUrl } from './web-address.ts';

/** Who may call the HTTP edge. */
export interface AccessConfig {
  /** Of the partner's own servers. */
  readonly apiToken?: Secret;
  /** Whose JWTs are taken. */
  readonly identity?: IdentityProvider;
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks whose `x-forwarded-for` is believed. */
  readonly trustedProxies: readonly string[];
  /** Of one caller; of one address three times as many. */
  readonly signupsPerMinute: number;
}

/** Only keys that others cannot make: no `none`, and no HMAC, whose key would be ours. Source: RFC 8725, 3.1. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
];

const list = text.transform((value) => value.split(',').map((each) => each.trim()));

export const ACCESS_VARIABLES = {
  API_TOKEN: word.min(32, 'must have at least 32 characters').optional(),
  ALLOWED_ORIGINS: origins.optional(),
  TRUSTED_PROXIES: list
    .refine((each) => each.every(isNetwork), 'must be addresses or networks such as 10.0.0.0/8')
    .optional(),
  SIGNUPS_PER_MINUTE: text.regex(/^[1-9][0-9]{0,5}$/, 'must be 1-999999').transform(Number),
  JWT_ISSUER: word.optional(),
  JWT_AUDIENCE: word.optional(),
  JWT_JWKS_URL: text.refine(isKeySetUrl, 'must be https, or http to a loopback host').optional(),
  JWT_ALGORITHMS: list.refine(
    (names) => names.every((name) => ALGORITHMS.includes(name)),
    `must be some of ${ALGORITHMS.join(', ')}`,
  ),
  JWT_ROLE_CLAIM: word,
  JWT_ROLES: list.transform((pairs, context): ReadonlyMap<string, Role> => {
    const roles = rolesOf(pairs);
    if (roles !== undefined) return roles;
    context.addIssue('must be like viewer=staff, operator=whatsapp-ops, admin=whatsapp-admins');
    return z.NEVER;
  }),
} satisfies Partial<Record<VariableName, z.ZodType>>;

type AccessVariables = z.output<z.ZodObject<typeof ACCESS_VARIABLES>>;

/** All of them or none. */
export function isIdentityWhole(env: {
  JWT_ISSUER?: string | undefined;
  JWT_AUDIENCE?: string | undefined;
  JWT_JWKS_URL?: string | undefined;
}): boolean {
  const given = [env.JWT_ISSUER, env.JWT_AUDIENCE, env.JWT_JWKS_URL];
  return new Set(given.map((each) => each === undefined)).size === 1;
}

export function accessOf(env: AccessVariables): AccessConfig {
  const { API_TOKEN: apiToken } = env;
  return {
    allowedOrigins: env.ALLOWED_ORIGINS ?? [],
    trustedProxies: env.TRUSTED_PROXIES ?? [],
    signupsPerMinute: env.SIGNUPS_PER_MINUTE,
    ...(apiToken !== undefined && { apiToken: new Secret(apiToken) }),
    ...identityOf(env),
  };
}

function identityOf(env: AccessVariables): Pick<AccessConfig, 'identity'> {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: jwksUrl } = env;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return {};
  const { JWT_ALGORITHMS: algorithms, JWT_ROLE_CLAIM: roleClaim, JWT_ROLES: roles } = env;
  return { identity: { issuer, audience, jwksUrl, algorithms, roleClaim, roles } };
}

/** What the provider calls our roles, by its word. */
function rolesOf(pairs: readonly string[]): ReadonlyMap<string, Role> | undefined {
  const roles = new Map<string, Role>();
  for (const pair of pairs) {
    const [name, word = ''] = pair.split('=');
    const role = ROLES.find((each) => each === name);
    if (role === undefined || word === '' || roles.has(word)) return undefined;
    roles.set(word, role);
  }
  return roles;
}

function isKeySetUrl(value: string): boolean {
  return isWebUrl(value) && (value.startsWith('https:') || isLocalOrigin(value));
}

function isNetwork(value: string): boolean {
  const [address = '', prefix] = value.split('/');
  const family = isIP(address);
  if (family === 0) return false;
  if (prefix === undefined) return true;
  return /^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}
