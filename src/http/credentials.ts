import { Secret } from '../domain/secret.ts';
import type { Store } from '../store/store.ts';
import type { GrantOf } from './grant.ts';
import { createJwtGrantOf } from './jwt.ts';
import { isSame, MACHINE_ROLE, type AccessRules } from './access.ts';

/** Three parts, as no token of ours has. Source: RFC 7515, 3.1. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export interface CredentialsDeps {
  readonly access: Pick<AccessRules, 'apiToken' | 'identity'>;
  readonly store: Pick<Store, 'tokens'>;
  readonly nowMs: () => number;
}

export function createGrantOf({ access, store, nowMs }: CredentialsDeps): GrantOf {
  const { apiToken, identity } = access;
  const byJwt = identity && createJwtGrantOf(identity, { nowMs });
  return async (credential) => {
    if (byJwt !== undefined && JWT.test(credential)) return byJwt(credential);
    const isOurs = isSame(credential, apiToken?.reveal() ?? '') && apiToken !== undefined;
    const token = await store.tokens.grantOf(new Secret(credential));
    if (isOurs) return { owner: 'API_TOKEN', role: MACHINE_ROLE };
    return token && { ...token, tokenPrefix: token.prefix };
  };
}
