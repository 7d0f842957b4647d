import type { Secret } from '../domain/secret.ts';

/** Where the records are kept. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  | ({ readonly kind: 'postgres' } & PostgresAddress);

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: Secret;
  /** False: plain text. Otherwise the server proves its name. */
  readonly tls: false | PostgresTls;
}

/** PEM texts. */
export interface PostgresTls {
  /** The issuers to trust, when not those that Node knows. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret;
}

/** For people. Neither user nor password is in it. */
export function nameOf(place: StorePlace): string {
  if (place.kind === 'sqlite') return place.path;
  return `PostgreSQL at ${place.host}:${place.port}/${place.database}`;
}
