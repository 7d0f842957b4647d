import { Secret } from '../domain/secret.ts';
import type { Grant } from '../store/access.ts';
import type { Store } from '../store/store.ts';
import { isSame, MACHINE_ROLE, type AccessRules } from './access.ts';

export interface KnownGrant extends Grant {
  /** Of the API token that was shown. */
  readonly tokenPrefix?: string;
}

/** What a bearer may do; undefined for a credential that is wrong or too old, whatever is wrong with it. */
export type GrantOf = (credential: string) => Promise<KnownGrant | undefined>;

export interface CredentialsDeps {
  readonly access: AccessRules;
  readonly store: Pick<Store, 'tokens'>;
}

export function createGrantOf({ access: { apiToken }, store }: CredentialsDeps): GrantOf {
  return async (credential) => {
    const isOurs = isSame(credential, apiToken?.reveal() ?? '') && apiToken !== undefined;
    const token = await store.tokens.grantOf(new Secret(credential));
    if (isOurs) return { owner: 'API_TOKEN', role: MACHINE_ROLE };
    return token && { ...token, tokenPrefix: token.prefix };
  };
}
