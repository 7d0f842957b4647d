/** Who may: `viewer` reads, `operator` also moves numbers on, `admin` also sees secrets and takes away. */
export type Role = 'viewer' | 'operator' | 'admin';

/** From the least to the most. */
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];

/** May whoever has `role` do what asks for `least`? */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
