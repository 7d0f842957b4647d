import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { DAY_MS } from '../support/spans.ts';
import { T0_MS } from './builders.ts';
import { KINDS, openRaw, openTestStore, tablesIn } from './test-store.ts';

const ALICE = { owner: 'alice', role: 'operator' } as const;

describe.each(KINDS)('%s', (kind) => {
  describe('a token', () => {
    it('grants what it was made for until its end, and is known by its prefix', async () => {
      const { store, clock } = await openTestStore(kind);
      const expiresAtMs = T0_MS + DAY_MS;
      const { token, prefix } = await store.tokens.issue({ ...ALICE, expiresAtMs });
      expect(token.reveal()).toMatch(new RegExp(`^won_${prefix}_[\\w-]{43}$`));
      expect(await store.tokens.grantOf(token)).toMatchObject({ ...ALICE, prefix });
      clock.nowMs = expiresAtMs;
      expect(await store.tokens.grantOf(token)).toBeUndefined();
    });

    it('that was changed, cut or revoked grants nothing', async () => {
      const { store } = await openTestStore(kind);
      const { token, prefix } = await store.tokens.issue(ALICE);
      const text = token.reveal();
      const last = text.endsWith('A') ? 'B' : 'A';
      for (const wrong of ['', text.slice(1), text.slice(0, -1), text.slice(0, -1) + last]) {
        expect(await store.tokens.grantOf(new Secret(wrong))).toBeUndefined();
      }
      expect([await store.tokens.revoke(prefix), await store.tokens.revoke(prefix)]).toEqual([
        true,
        false,
      ]);
      expect(await store.tokens.grantOf(token)).toBeUndefined();
    });

    it('tells when it was used last, to within five minutes', async () => {
      const { store, clock } = await openTestStore(kind);
      const { token } = await store.tokens.issue(ALICE);
      const lastUse = async (): Promise<number | undefined> =>
        (await store.tokens.list())[0]?.lastUsedAtMs;
      await store.tokens.grantOf(token);
      clock.nowMs += 299_999;
      await store.tokens.grantOf(token);
      expect(await lastUse()).toBe(T0_MS);
      clock.nowMs += 1;
      await store.tokens.grantOf(token);
      expect(await lastUse()).toBe(T0_MS + 300_000);
    });
  });

  describe('a session', () => {
    it('lasts twelve hours, and no longer than what opened it', async () => {
      const { store, clock } = await openTestStore(kind);
      const long = await store.sessions.open(ALICE);
      const short = await store.sessions.open({ ...ALICE, expiresAtMs: T0_MS + 1000 });
      expect(await store.sessions.byKey(short)).toMatchObject(ALICE);
      clock.nowMs = T0_MS + 1000;
      expect(await store.sessions.byKey(short)).toBeUndefined();
      clock.nowMs = T0_MS + DAY_MS / 2 - 1;
      expect(await store.sessions.byKey(long)).toMatchObject(ALICE);
      clock.nowMs += 1;
      expect(await store.sessions.byKey(long)).toBeUndefined();
    });
  });

  describe('a link', () => {
    it('is taken once, also by two at a time, and not after ten minutes', async () => {
      const { store, clock } = await openTestStore(kind);
      const word = await store.sessions.offerLogin(ALICE);
      const taken = await Promise.all([
        store.sessions.takeLogin(word),
        store.sessions.takeLogin(word),
      ]);
      expect(taken.filter((each) => each !== undefined)).toEqual([ALICE]);
      const late = await store.sessions.offerLogin(ALICE);
      clock.nowMs += 600_000;
      expect(await store.sessions.takeLogin(late)).toBeUndefined();
    });
  });

  describe('the word of a signup', () => {
    it('B14: counts once, for its session, for ten minutes', async () => {
      const { store, clock } = await openTestStore(kind);
      const { sessions } = store;
      const state = await sessions.newState('one');
      expect(Buffer.from(state, 'base64url').length).toBe(16);
      expect(await sessions.useState('other', state)).toBe(false);
      expect([
        await sessions.useState('one', state),
        await sessions.useState('one', state),
      ]).toEqual([true, false]);
      const late = await sessions.newState('one');
      clock.nowMs += 600_000;
      expect(await sessions.useState('one', late)).toBe(false);
      const login = await store.sessions.offerLogin(ALICE);
      expect(await sessions.useState('alice', login.reveal())).toBe(false);
    });
  });

  describe('what was written down', () => {
    it.each(['audit', 'audit_results'])('in %s is neither changed nor deleted', async (table) => {
      const opened = await openTestStore(kind);
      const line = { requestId: 'r1', actor: 'alice', role: 'admin', action: 'forget' };
      await opened.store.audit.begin(line);
      await opened.store.audit.end('r1', { result: 'done' });
      const raw = await openRaw(opened);
      expect(await tablesIn(raw)).toContain(table);
      await expect(raw.run(`update ${table} set request_id = 'x'`)).rejects.toThrow('append-only');
      await expect(raw.run(`delete from ${table}`)).rejects.toThrow('append-only');
      expect(await opened.store.audit.list({ limit: 9 })).toMatchObject([
        { ...line, result: 'done' },
      ]);
    });

    it.each(['audit', 'audit_results'])(
      'in %s loses the number that is forgotten, and no more',
      async (table) => {
        const opened = await openTestStore(kind);
        const line = { requestId: 'r1', actor: 'alice', role: 'admin', action: 'retry' };
        await opened.store.audit.begin({ ...line, subject: '1' });
        await opened.store.audit.end('r1', { result: 'done', subject: '1' });
        const raw = await openRaw(opened);
        await expect(raw.run(`update ${table} set subject = '2'`)).rejects.toThrow('append-only');
        await raw.run(`update ${table} set subject = 'erased'`);
        expect(await opened.store.audit.list({ limit: 9 })).toMatchObject([line]);
      },
    );

    it('holds of every credential its hash alone', async () => {
      const opened = await openTestStore(kind);
      const { tokens, sessions } = opened.store;
      const secrets = [
        (await tokens.issue(ALICE)).token.reveal().slice(15),
        (await sessions.open(ALICE)).reveal(),
        (await sessions.offerLogin(ALICE)).reveal(),
        await sessions.newState('one'),
      ];
      const raw = await openRaw(opened);
      const rows: unknown[] = [];
      for (const table of ['api_tokens', 'sessions', 'tickets']) {
        rows.push(...(await raw.all(`select * from ${table}`)));
      }
      expect(rows.length).toBe(4);
      const text = JSON.stringify(rows);
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    });
  });
});
