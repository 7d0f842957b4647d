import { createKeyring } from '../../keyring/keyring.ts';
import type { Store } from '../../store/store.ts';
import { failed, ok, warning, type Check } from './check.ts';

const NAME = 'sealing key';
const DAY_MS = 86_400_000;
/** After this long the active key is changed, so that whoever has seen it opens little of what is to come. */
const ROTATE_AFTER_DAYS = 90;

/** Is every key there that rows of the database need, and is the active one young enough? */
export async function examineKeys(store: Store, keyFile: string, nowMs: number): Promise<Check> {
  const ring = await createKeyring(keyFile).all();
  const ids = ring.map(({ id }) => id);
  const missing = [...(await store.keyUse.count())].filter(([id]) => !ids.includes(id));
  if (missing.length > 0) {
    const names = missing.map(([id, rows]) => `${id} (needed by ${rows} rows)`).join(', ');
    const mend = 'put its entry back into the file from a backup; what waits for it then goes on';
    return failed(NAME, { detail: `keys: ${names} missing`, mend, code: 'invalid_configuration' });
  }
  const active = ring.find(({ state }) => state === 'active');
  const ageDays = Math.floor((nowMs - Date.parse(active?.createdAt ?? '')) / DAY_MS);
  return ageDays > ROTATE_AFTER_DAYS
    ? warning(NAME, `the active key is ${ageDays} days old`, 'run: whatsapp-onboarding keys new')
    : ok(NAME, `${keyFile} opens what is sealed`);
}
