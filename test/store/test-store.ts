import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { filesIn, T0_MS } from './builders.ts';

export interface TestStore {
  readonly store: Store;
  readonly clock: { nowMs: number };
  readonly folder: string;
  readonly path: string;
  readonly sealingKeyFile: string;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** A store of its own for one test, with a clock that stands still. The short wait for locks keeps the tests quick. */
export async function openTestStore(folder = temporaryFolder()): Promise<TestStore> {
  const clock = { nowMs: T0_MS };
  const nowMs = (): number => clock.nowMs;
  const store = await openSqliteStore({ ...filesIn(folder), nowMs, busyTimeoutMs: 10 });
  onTestFinished(() => store.close());
  return { ...filesIn(folder), store, clock, folder };
}

/** The database as another program sees it. */
export function openRaw(path: string): DatabaseSync {
  const raw = new DatabaseSync(path);
  onTestFinished(() => {
    if (raw.isOpen) raw.close();
  });
  return raw;
}
