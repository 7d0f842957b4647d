import type { Grant } from '../store/access.ts';

export interface KnownGrant extends Grant {
  /** Of the API token that was shown. */
  readonly tokenPrefix?: string;
}

/** What a bearer may do; undefined for a credential that is wrong or too old, whatever is wrong with it. */
export type GrantOf = (credential: string) => Promise<KnownGrant | undefined>;
