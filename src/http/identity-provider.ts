import type { Role } from '../domain/role.ts';

/** Who may name people and their roles. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly audience: string;
  /** Where its public keys are. */
  readonly jwksUrl: string;
  readonly algorithms: readonly string[];
  /** Where the roles stand: a name, or a path with dots, such as Keycloak's `realm_access.roles`. */
  readonly roleClaim: string;
  /** What the provider calls our roles, by its word. */
  readonly roles: ReadonlyMap<string, Role>;
}
