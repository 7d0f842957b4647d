// Begins a rotation, and dies as a killed process does while it has the second of its transactions in hand.
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { T0_MS } from './builders.ts';

const store = await openSqliteStore({
  path: process.env['STORE_PATH'] ?? '',
  sealingKeyFile: process.env['KEY_FILE'] ?? '',
  nowMs: () => T0_MS,
});
await store.keyUse.rotate(() => {
  setImmediate(() => process.kill(process.pid, 'SIGKILL'));
});
