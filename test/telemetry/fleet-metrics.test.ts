import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { addFleetMetrics } from '../../src/telemetry/fleet-metrics.ts';
import { filesIn, newSignup, phoneNumberId, T0_MS } from '../store/builders.ts';
import { canariesIn } from '../support/canary.ts';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';

const PHONE = '+1 631-555-5555';

interface Rig {
  readonly store: Store;
  readonly clock: { nowMs: number };
  readonly failures: unknown[];
  readonly signUp: (count: number, deadlineAtMs?: number) => Promise<void>;
  readonly page: () => Promise<string>;
}

async function openRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const clock = { nowMs: T0_MS };
  const nowMs = (): number => clock.nowMs;
  const store = await openSqliteStore({ ...filesIn(folder), nowMs });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const failures: unknown[] = [];
  const registry = new Registry();
  const { figures } = store;
  const refresh = addFleetMetrics(registry, { figures, nowMs, onFailure: (e) => failures.push(e) });
  let signedUp = 0;
  return {
    ...{ store, clock, failures },
    signUp: async (count, deadlineAtMs = T0_MS + 14 * DAY_MS) => {
      for (let i = 0; i < count; i += 1) {
        signedUp += 1;
        const id = phoneNumberId((106540352242922 + signedUp).toString());
        const known = { displayPhoneNumber: PHONE, deadlineAtMs, verifiedName: 'Lucky Shrub' };
        await store.signups.accept(
          newSignup({ idempotencyKey: `k${signedUp}`, phoneNumberId: id, ...known }),
        );
      }
    },
    page: async () => {
      await refresh();
      return registry.metrics();
    },
  };
}

const seriesIn = (page: string): string[] =>
  page.split('\n').map((line) => line.replace(/ [^ ]+$/, ''));

test('a number is shown by stage, by whom it waits for, and by the time it has left', async () => {
  const { signUp, page, clock } = await openRig();
  await signUp(2);
  await signUp(1, T0_MS + DAY_MS);
  clock.nowMs += HOUR_MS;
  const lines = (await page()).split('\n');
  expect(lines).toContain(
    'onboarding_numbers{stage="verifying",waiting_for="meta",cause="",outcome=""} 3',
  );
  expect(lines).toContain('onboarding_time_left_seconds_bucket{le="0"} 0');
  expect(lines).toContain('onboarding_time_left_seconds_bucket{le="86400"} 1');
  expect(lines).toContain('onboarding_time_left_seconds_count 3');
  expect(lines).toContain('onboarding_longest_wait_seconds{waiting_for="meta"} 3600');
  expect(lines).toContain('onboarding_backlog_oldest_seconds{queue="signups"} 3600');
});

test('a hundred numbers make no more lines than one, and none shows a number, a name or an id', async () => {
  const { signUp, page, clock } = await openRig();
  await signUp(1);
  const few = await page();
  await signUp(99);
  clock.nowMs += 10_000;
  const many = await page();
  expect(seriesIn(many)).toEqual(seriesIn(few));
  expect(many).toContain('outcome=""} 100');
  const canaries = [PHONE, '16315555555', 'Lucky Shrub', newSignup().wabaId, '106540352242923'];
  const named = canaries.map((value) => ({ name: value, value }));
  expect(canariesIn(Buffer.from(many), named)).toEqual([]);
});

test('a stage that the last number has left is no longer shown', async () => {
  const { store, signUp, page, clock } = await openRig();
  await signUp(1);
  await page();
  clock.nowMs += 10_000;
  await store.numbers.announce({
    ...{ phoneNumberId: phoneNumberId('106540352242923'), wabaId: newSignup().wabaId },
    ...{ stage: 'done', waitingFor: 'nobody', outcome: 'ready', deadlineAtMs: T0_MS },
    ...{ progressJson: '{}', announcementKey: 'k', events: [] },
  });
  const after = await page();
  expect(after).toContain('outcome="ready"} 1');
  expect(after).not.toContain('stage="verifying"');
  expect(after).toContain('onboarding_time_left_seconds_count 0');
});

test('scrapes within ten seconds share one reading of the store', async () => {
  const { signUp, page, clock } = await openRig();
  await page();
  await signUp(1);
  clock.nowMs += 9999;
  expect(await page()).toContain('onboarding_backlog{queue="signups"} 0');
  clock.nowMs += 1;
  expect(await page()).toContain('onboarding_backlog{queue="signups"} 1');
});

test('while the store cannot be read the page says so, and is answered all the same', async () => {
  const { store, signUp, page, clock, failures } = await openRig();
  await signUp(1);
  expect(await page()).toContain('onboarding_store_readable 1');
  await store.close();
  clock.nowMs += 10_000;
  const blind = await page();
  expect(blind).toContain('onboarding_store_readable 0');
  expect(blind).toContain('onboarding_backlog{queue="signups"} 1');
  expect(failures).toHaveLength(1);
});
