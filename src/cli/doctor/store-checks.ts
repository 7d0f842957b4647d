import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import type { WabaId } from '../../domain/phone-number.ts';
import type { Secret } from '../../domain/secret.ts';
import { nameOf } from '../../store/place.ts';
import {
  SealBroken,
  SealingKeyMissing,
  SealingKeyUnusable,
  StoreUnavailable,
} from '../../store/errors.ts';
import type { Store } from '../../store/store.ts';
import { withStore } from '../resources.ts';
import { spanOf } from '../time.ts';
import { failed, ok, warning, type Check } from './check.ts';
import { examineKeys } from './key-checks.ts';

/** A starter that runs starts a signup within seconds. */
const START_WITHIN_MS = 60_000;

/** What later checks need of the store. */
export interface KnownAccount {
  readonly wabaId: WabaId;
  /** Absent where there is none, or it cannot be opened. */
  readonly token?: Secret;
}

export interface StoreFindings {
  readonly checks: readonly Check[];
  readonly accounts: readonly KnownAccount[];
}

/** Reads and writes the database, opens what is sealed in it, and looks for signups that nobody starts. */
export async function examineStore(
  config: Config['store'],
  nowMs: () => number,
): Promise<StoreFindings> {
  const { place, keyFile } = config;
  const fault = missingFile(config);
  if (fault !== undefined) return { checks: [fault], accounts: [] };
  try {
    return await withStore(config, nowMs, async (store) => {
      await store.check();
      const { accounts, seals } = await openTokens(store);
      return {
        checks: [
          ok('database', `${nameOf(place)} can be read and written`),
          seals ?? (await examineKeys(store, keyFile, nowMs())),
          await waitingSignups(store, nowMs()),
        ],
        accounts,
      };
    });
  } catch (error) {
    return { checks: [faultOf(error)], accounts: [] };
  }
}

function missingFile({ place, keyFile }: Config['store']): Check | undefined {
  const code = 'invalid_configuration';
  if (place.kind === 'sqlite' && !existsSync(place.path)) {
    const mend = 'name the database of the service in STORE_PATH, or start the service once';
    return failed('database', { detail: `${place.path} does not exist`, mend, code });
  }
  if (existsSync(keyFile)) return undefined;
  const mend = 'restore it from its backup, or name it in KEY_FILE; nothing else opens the tokens';
  return failed('sealing key', { detail: `${keyFile} does not exist`, mend, code });
}

async function openTokens(
  store: Store,
): Promise<{ readonly accounts: readonly KnownAccount[]; readonly seals: Check | undefined }> {
  const { rows: numbers } = await store.fleet.list({});
  const accounts: KnownAccount[] = [];
  let seals: Check | undefined;
  for (const wabaId of new Set(numbers.map((number) => number.wabaId))) {
    try {
      const token = await store.credentials.tokenOf(wabaId);
      accounts.push({ wabaId, ...(token !== undefined && { token }) });
    } catch (error) {
      if (!isOfKeys(error)) throw error;
      accounts.push({ wabaId });
      seals = faultOf(error);
    }
  }
  return { accounts, seals };
}

async function waitingSignups(store: Store, nowMs: number): Promise<Check> {
  const [oldest] = await store.signups.pending(1);
  const waitedMs = oldest === undefined ? 0 : nowMs - oldest.acceptedAtMs;
  if (waitedMs < START_WITHIN_MS) return ok('signups', 'every accepted signup has been started');
  return warning(
    'signups',
    `one waits for its start for ${spanOf(waitedMs)}`,
    'start the starter (npm run starter); its log tells why if it runs',
  );
}

/** The sentences of the store say what to do themselves; the first one is the fault. */
function faultOf(error: unknown): Check {
  const isKey = isOfKeys(error);
  if (!isKey && !(error instanceof StoreUnavailable)) throw error;
  const [detail = '', ...mends] = error.message.split(/(?<=\.) /);
  return failed(isKey ? 'sealing key' : 'database', {
    detail,
    mend: mends.join(' '),
    code: isKey ? 'invalid_configuration' : 'store_unavailable',
  });
}

function isOfKeys(error: unknown): error is SealBroken | SealingKeyMissing | SealingKeyUnusable {
  return [SealBroken, SealingKeyMissing, SealingKeyUnusable].some((kind) => error instanceof kind);
}
