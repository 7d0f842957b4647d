import type { Role } from '../domain/role.ts';
import type { Contract } from './contract.ts';
import type { Routes } from './routes.ts';

/** A route as callers of the API see it. */
export interface DescribedRoute {
  readonly method: string;
  /** With the names of its parameters as `:id`. */
  readonly path: string;
  /** The least that a caller must have. */
  readonly role: Role | 'anyone';
  readonly contract: Contract;
}

/** The routes that say what they take and answer; a page for people does not. */
export function describedIn(routes: Routes): readonly DescribedRoute[] {
  return Object.entries(routes).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(
      ([
        method,
        {
          role,
          handle: { contract },
        },
      ]) => (contract === undefined ? [] : [{ method, path, role, contract }]),
    ),
  );
}

/** `/v1/numbers/:id` is `/v1/numbers/{id}`. */
export function templateOf({ path }: Pick<DescribedRoute, 'path'>): string {
  return path.replaceAll(/:([a-z_]+)/g, '{$1}');
}
