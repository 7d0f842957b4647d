import { readFileSync, openSync, writeSync, closeSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, newAttempt, newSignup, NUMBER, OTHER_NUMBER, T0_MS } from './builders.ts';
import {
  contentOf,
  KINDS,
  openRaw,
  openTestStore,
  tablesIn,
  type Home,
  type Kind,
  type TestStore,
} from './test-store.ts';

const LATER_ATTEMPT = newAttempt({ phoneNumberId: OTHER_NUMBER, requestKey: 'run-2/1' });
const HINT = { digest: 'a', wabaId: ACCOUNT, field: 'account_update' };
const ANNOUNCEMENT = {
  phoneNumberId: NUMBER,
  wabaId: ACCOUNT,
  stage: 'verifying',
  waitingFor: 'meta',
  deadlineAtMs: T0_MS,
  progressJson: '{}',
  events: [],
  announcementKey: 'run-1/1',
};

const WRITES: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['check', (store) => store.check()],
  ['reserve', (store) => store.attempts.reserve(LATER_ATTEMPT)],
  ['startSending', (store) => store.attempts.startSending(NUMBER, 1)],
  ['close', (store) => store.attempts.close(NUMBER, 1, { state: 'not_sent' })],
  ['settle', (store) => store.attempts.settle(NUMBER, 1)],
  ['ensurePin', (store) => store.credentials.ensurePin(NUMBER)],
  ['keepCertificate', (store) => store.credentials.keepCertificate(NUMBER, new Secret('c'))],
  ['accept', (store) => store.signups.accept(newSignup())],
  ['markStarted', (store) => store.signups.markStarted('some-id')],
  ['announce', (store) => store.numbers.announce(ANNOUNCEMENT)],
  ['keep', (store) => store.inbox.keep([HINT])],
  ['markDelivered', (store) => store.inbox.markDelivered(['a'])],
  ['forget', (store) => store.inbox.forget(T0_MS)],
];

const READS: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['attempts.of', (store) => store.attempts.of(NUMBER)],
  ['tokenOf', (store) => store.credentials.tokenOf(ACCOUNT)],
  ['pinOf', (store) => store.credentials.pinOf(NUMBER)],
  ['certificateOf', (store) => store.credentials.certificateOf(NUMBER)],
  ['byIdempotencyKey', (store) => store.signups.byIdempotencyKey('key-1')],
  ['signups.pending', (store) => store.signups.pending(10)],
  ['byId', (store) => store.numbers.byId(NUMBER)],
  ['byDigits', (store) => store.numbers.byDigits(ACCOUNT, '1')],
  ['ofAccount', (store) => store.numbers.ofAccount(ACCOUNT)],
  ['fleet.list', (store) => store.fleet.list({})],
  ['fleet.count', (store) => store.fleet.count({})],
  ['eventsOf', (store) => store.numbers.eventsOf(NUMBER)],
  ['eventsAfter', (store) => store.numbers.eventsAfter(0)],
  ['newestEventId', (store) => store.numbers.newestEventId()],
  ['inbox.pending', (store) => store.inbox.pending(10)],
];

// PostgreSQL waits for what the same process has asked before as it waits for others.
const WAIT = { busyTimeoutMs: 50 };

/** Somebody else keeps the whole database for a write of theirs. */
async function lock(home: Home) {
  const raw = await openRaw(home);
  if (home.place.kind === 'sqlite') {
    await raw.run('begin immediate');
  } else {
    await raw.run('begin');
    await raw.run(`lock table ${(await tablesIn(raw)).join(', ')} in exclusive mode`);
  }
  return { release: () => raw.run('rollback') };
}

/** A store whose database can only be read from now on. */
async function openReadOnlyStore(kind: Kind): Promise<TestStore> {
  const first = await openTestStore(kind);
  await first.store.attempts.reserve(newAttempt());
  await first.store.close();
  if (first.place.kind === 'sqlite') {
    // SQLite itself refuses to write a file whose header asks for a newer writer; file modes do not stop root.
    const file = openSync(first.place.path, 'r+');
    writeSync(file, Buffer.from([3]), 0, 1, 18);
    closeSync(file);
  } else {
    const raw = await openRaw(first);
    await raw.run(`alter database ${first.place.database} set default_transaction_read_only = on`);
  }
  return openTestStore(first);
}

describe.each(KINDS)('a store on %s that another process has locked (F40)', (kind) => {
  it('fails every write and keeps nothing of it', async () => {
    const opened = await openTestStore(kind, WAIT);
    const { store } = opened;
    await store.attempts.reserve(newAttempt());
    const before = await contentOf(opened);
    const { release } = await lock(opened);
    for (const [name, write] of WRITES) {
      await expect(write(store), name).rejects.toThrow(StoreUnavailable);
    }
    await release();
    expect(await contentOf(opened)).toBe(before);
    for (const [, write] of WRITES) await write(store);
  });

  it('still answers what is only read, and says who is in the way', async () => {
    const opened = await openTestStore(kind, WAIT);
    await lock(opened);
    for (const [, read] of READS) await read(opened.store);
    await expect(opened.store.check()).rejects.toThrow(/^Another process holds the database\./);
  });

  it('goes on when it is free again, without having stood still meanwhile', async () => {
    const opened = await openTestStore(kind, { busyTimeoutMs: 10_000 });
    const { release } = await lock(opened);
    const reserving = opened.store.attempts.reserve(newAttempt());
    await new Promise((resolve) => setTimeout(resolve, 50));
    await release();
    expect(await reserving).toMatchObject({ kind: 'reserved' });
  });

  it('keeps its cause and quotes no value', async () => {
    const opened = await openTestStore(kind, WAIT);
    await lock(opened);
    const failure: unknown = await opened.store.signups
      .accept(newSignup())
      .catch((error: unknown) => error);
    if (!(failure instanceof StoreUnavailable)) throw new Error('it did not fail');
    expect(failure.cause).toMatchObject(kind === 'sqlite' ? { errcode: 5 } : { code: '55P03' });
    expect(inspect(failure)).not.toMatch(/EAAG|1631|106540352242922/);
  });
});

describe.each(KINDS)('a store on %s that is read-only (F40)', (kind) => {
  it('fails every write and keeps nothing of it', async () => {
    const opened = await openReadOnlyStore(kind);
    const { store, place } = opened;
    const before = place.kind === 'sqlite' ? readFileSync(place.path) : await contentOf(opened);
    for (const [name, write] of WRITES) {
      await expect(write(store), name).rejects.toThrow(/^The database is read-only\./);
    }
    for (const [, read] of READS) await read(store);
    await store.close();
    const after = place.kind === 'sqlite' ? readFileSync(place.path) : await contentOf(opened);
    expect(after).toEqual(before);
  });
});

describe.each(KINDS)('a store on %s that is closed', (kind) => {
  it('says so, whatever it is asked', async () => {
    const { store } = await openTestStore(kind);
    await store.close();
    for (const [name, call] of [...WRITES, ...READS]) {
      const calling = call(store);
      await expect(calling, name).rejects.toThrow(StoreUnavailable);
      await expect(calling, name).rejects.toThrow(/^The database is closed/);
    }
  });

  it('has finished what was asked of it before', async () => {
    const opened = await openTestStore(kind);
    const { store } = opened;
    const answers = Promise.all([
      store.attempts.reserve(newAttempt()),
      store.attempts.reserve(LATER_ATTEMPT),
    ]);
    await store.close();
    await store.close();
    expect(await answers).toMatchObject([{ kind: 'reserved' }, { kind: 'reserved' }]);
    const raw = await openRaw(opened);
    expect(await raw.all('select state from registration_attempts')).toHaveLength(2);
  });
});

describe.each(KINDS)('a mistake of ours on %s', (kind) => {
  it('is not taken for an outage, and quotes no value either', async () => {
    const { store } = await openTestStore(kind);
    await store.attempts.reserve(newAttempt());
    const again = { ...LATER_ATTEMPT, requestKey: newAttempt().requestKey };
    const failure: unknown = await store.attempts.reserve(again).catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(StoreUnavailable);
    expect(inspect(failure)).toMatch(/unique/i);
    expect(inspect(failure)).not.toContain(again.requestKey);
  });
});
