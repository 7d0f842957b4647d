import type { StorePlace } from './place.ts';
import { openPostgresStore } from './postgres.ts';
import { openSqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';

/** Opens the store where the configuration says it is. Throws `StoreUnavailable` and `SealingKeyUnusable`. */
export function openStore(options: {
  readonly place: StorePlace;
  readonly keyFile: string;
  readonly nowMs: () => number;
  readonly mayCreate?: boolean;
}): Promise<Store> {
  const { place, keyFile: sealingKeyFile, ...rest } = options;
  return place.kind === 'sqlite'
    ? openSqliteStore({ path: place.path, sealingKeyFile, ...rest })
    : openPostgresStore({ address: place, sealingKeyFile, isDatabaseTime: true, ...rest });
}
