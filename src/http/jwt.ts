import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Role } from '../domain/role.ts';
import type { GrantOf } from './grant.ts';
import { HttpError } from './errors.ts';
import type { IdentityProvider } from './identity-provider.ts';

/** Between the provider's clock and ours. */
const TOLERANCE_S = 60;
const JWKS_MS = 5000;
/** So long no key is asked for again, however many unknown ones are named. */
const COOLDOWN_MS = 30_000;
const OWNER_LENGTH = 60;

/**
 * What a JWT of the provider grants. Its keys are kept, and read anew when one is named that is not among them: that is how a provider
 * changes them.
 *
 * @throws HttpError forbidden: it is valid and names no role of ours; identity_provider_unavailable: the keys cannot be read
 */
export function createJwtGrantOf(
  provider: IdentityProvider,
  {
    nowMs,
    cooldownMs = COOLDOWN_MS,
  }: { readonly nowMs: () => number; readonly cooldownMs?: number },
): GrantOf {
  const { issuer, audience, algorithms, jwksUrl } = provider;
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: JWKS_MS,
    cooldownDuration: cooldownMs,
  });
  return async (credential) => {
    const { payload } = await jwtVerify(credential, keys, {
      ...{ issuer, audience, algorithms: [...algorithms] },
      ...{ clockTolerance: TOLERANCE_S, requiredClaims: ['exp', 'sub'] },
      currentDate: new Date(nowMs()),
    }).catch((error: unknown) => {
      if (isKeySetAway(error)) throw new HttpError('identity_provider_unavailable');
      return { payload: undefined };
    });
    if (payload === undefined) return undefined;
    const role = roleIn(payload, provider);
    if (role === undefined) throw new HttpError('forbidden');
    return { owner: ownerIn(payload), role, expiresAtMs: (payload.exp ?? 0) * 1000 };
  };
}

/** Nothing is known to be wrong with the credential: the provider did not answer, or not with keys. */
function isKeySetAway(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  const isGeneric = error.code === errors.JOSEError.code;
  return isGeneric || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
}

/** The most that any of the person's roles gives. */
function roleIn(payload: JWTPayload, { roleClaim, roles }: IdentityProvider): Role | undefined {
  const claim = payload[roleClaim] ?? at(payload, roleClaim.split('.'));
  const words: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const given = words.map((word) => (typeof word === 'string' ? roles.get(word) : undefined));
  return (['admin', 'operator', 'viewer'] as const).find((role) => given.includes(role));
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => {
    const isObject = typeof inner === 'object' && inner !== null;
    return isObject ? Object.entries(inner).find(([key]) => key === name)?.[1] : undefined;
  }, value);
}

/** A name that people know, fit for a line of a log. */
function ownerIn({ email, preferred_username: name, sub }: JWTPayload): string {
  const known = [email, name, sub].find((each) => typeof each === 'string' && each !== '');
  return String(known)
    .replaceAll(/[^\p{L}\p{N}@._+ -]/gu, '?')
    .slice(0, OWNER_LENGTH);
}
