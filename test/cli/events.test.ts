import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, newSignup, NUMBER, T0_MS } from '../store/builders.ts';
import { commandLine, type Ended } from './command-line.ts';

let folder: string;
let store: Store;
const paths = (): { path: string; sealingKeyFile: string } => ({
  path: join(folder, 'store.db'),
  sealingKeyFile: join(folder, 'key.json'),
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'events-'));
  store = await openSqliteStore({ ...paths(), nowMs: () => T0_MS });
  await store.signups.accept(newSignup());
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function run(...args: readonly string[]): Promise<Ended> {
  const { path, sealingKeyFile } = paths();
  return commandLine(args, { env: { STORE_PATH: path, KEY_FILE: sealingKeyFile } });
}

/** An event of the number that nobody took. */
async function giveUp(): Promise<string> {
  await store.numbers.announce({
    ...{ phoneNumberId: NUMBER, wabaId: ACCOUNT, stage: 'done', waitingFor: 'nobody' },
    ...{ deadlineAtMs: T0_MS, progressJson: '{}', announcementKey: 'run/1' },
    events: [
      {
        ...{ kind: 'ready', atMs: T0_MS, text: 'Ready to use.', actor: 'onboarding' },
        deliverAs: 'number.ready',
      },
    ],
  });
  const [event] = await store.deliveries.due(1);
  if (event === undefined) throw new Error('nothing is due');
  await store.deliveries.settle(event.id, 'undelivered');
  return event.id;
}

describe('an event that the partner did not take', () => {
  it('is in the list, for people and for programs', async () => {
    expect((await run('events', 'list')).out).toBe('No event was given up.\n');
    const id = await giveUp();
    const { out } = await run('events', 'list');
    for (const word of [id, '2026-01-05T12:00:00.000Z', 'number.ready', NUMBER, 'Ready to use.']) {
      expect(out).toContain(word);
    }
    const json: unknown = JSON.parse((await run('events', 'list', '--json')).out);
    expect(json).toEqual({
      events: [
        {
          ...{ id, at: '2026-01-05T12:00:00.000Z', type: 'number.ready' },
          ...{ phone_number_id: NUMBER, text: 'Ready to use.' },
        },
      ],
    });
  });

  it('is due again when it is asked for', async () => {
    const id = await giveUp();
    const { code, out } = await run('events', 'redeliver', id, '--json');
    const said: unknown = JSON.parse(out);
    expect({ code, said }).toEqual({ code: 0, said: { id, is_due: true } });
    expect(await store.deliveries.due(10)).toMatchObject([{ id }]);
    expect((await run('events', 'list')).out).toBe('No event was given up.\n');
  });

  it('must be one of ours', async () => {
    const unknown = await run('events', 'redeliver', 'evt_5c9e2f6e-8f4e-4c55-9d4c-6f1a3a5b7c01');
    expect(unknown).toMatchObject({ code: 4, out: '' });
    expect(unknown.err).toContain('no event evt_5c9e2f6e');
    expect(await run('events', 'redeliver', '42')).toMatchObject({ code: 2, out: '' });
  });
});
