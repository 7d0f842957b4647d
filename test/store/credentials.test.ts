import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isAcceptablePin } from '../../src/domain/pin.ts';
import { Secret } from '../../src/domain/secret.ts';
import { SealBroken } from '../../src/store/errors.ts';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER, wabaId } from './builders.ts';
import { KINDS, openRaw, openTestStore, type Home } from './test-store.ts';

const OTHER_ACCOUNT = wabaId('102290129340399');

async function sealedValues(home: Home): Promise<Record<string, string>> {
  const raw = await openRaw(home);
  const rows = await raw.all('select owner, field, sealed from credentials');
  return Object.fromEntries(
    rows.map(({ owner, field, sealed }) => [`${String(owner)} ${String(field)}`, String(sealed)]),
  );
}

async function overwriteSealed(home: Home, owner: string, sealed: string): Promise<void> {
  const raw = await openRaw(home);
  await raw.run(`update credentials set sealed = '${sealed}' where owner = '${owner}'`);
}

describe.each(KINDS)('%s', (kind) => {
  describe('the PIN of a number', () => {
    it('is drawn once and stays the same', async () => {
      const { store } = await openTestStore(kind);
      await store.credentials.ensurePin(NUMBER);
      const first = await store.credentials.pinOf(NUMBER);
      await store.credentials.ensurePin(NUMBER);
      const second = await store.credentials.pinOf(NUMBER);
      expect(isAcceptablePin(first?.reveal() ?? '')).toBe(true);
      expect(second?.reveal()).toBe(first?.reveal());
    });

    it('survives closing and opening the store', async () => {
      const first = await openTestStore(kind);
      await first.store.credentials.ensurePin(NUMBER);
      const before = await first.store.credentials.pinOf(NUMBER);
      await first.store.close();
      const { store } = await openTestStore(first);
      expect((await store.credentials.pinOf(NUMBER))?.reveal()).toBe(before?.reveal());
    });

    it('is not there before it was drawn', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.credentials.pinOf(NUMBER)).toBeUndefined();
    });

    it('prints as a secret', async () => {
      const { store } = await openTestStore(kind);
      await store.credentials.ensurePin(NUMBER);
      const pin = await store.credentials.pinOf(NUMBER);
      expect(inspect({ pin }) + JSON.stringify({ pin })).not.toContain(pin?.reveal());
    });
  });

  describe('the token of an account', () => {
    it('is replaced by the token of the next signup', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      await store.signups.accept(
        newSignup({ idempotencyKey: 'key-2', token: new Secret('EAAG-second') }),
      );
      expect((await store.credentials.tokenOf(ACCOUNT))?.reveal()).toBe('EAAG-second');
    });

    it('belongs to that account alone', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      expect(await store.credentials.tokenOf(OTHER_ACCOUNT)).toBeUndefined();
    });
  });

  describe('the certificate of a number', () => {
    const certificate = new Secret('CmAKHAi…ünïcode…certificate=');
    const sha256 = createHash('sha256').update(certificate.reveal()).digest('hex');

    it('is kept and named by its SHA-256', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.credentials.keepCertificate(NUMBER, certificate)).toBe(sha256);
      const kept = await store.credentials.certificateOf(NUMBER);
      expect(kept?.reveal()).toBe(certificate.reveal());
    });

    it('is not sealed again while it is the same', async () => {
      const opened = await openTestStore(kind);
      const { store } = opened;
      await store.credentials.keepCertificate(NUMBER, certificate);
      const before = await sealedValues(opened);
      expect(await store.credentials.keepCertificate(NUMBER, certificate)).toBe(sha256);
      expect(await sealedValues(opened)).toEqual(before);
    });

    it('is replaced when Meta issues another', async () => {
      const { store } = await openTestStore(kind);
      await store.credentials.keepCertificate(NUMBER, certificate);
      await store.credentials.keepCertificate(NUMBER, new Secret('another'));
      expect((await store.credentials.certificateOf(NUMBER))?.reveal()).toBe('another');
    });
  });

  describe('a sealed value (F39)', () => {
    async function storeWithTwoPins() {
      const opened = await openTestStore(kind);
      await opened.store.credentials.ensurePin(NUMBER);
      await opened.store.credentials.ensurePin(OTHER_NUMBER);
      const sealed = await sealedValues(opened);
      const first = sealed[`number/${NUMBER} pin`] ?? '';
      const second = sealed[`number/${OTHER_NUMBER} pin`] ?? '';
      return { opened, store: opened.store, first, second };
    }

    it('does not open in the row of another number', async () => {
      const { opened, store, second } = await storeWithTwoPins();
      await overwriteSealed(opened, `number/${NUMBER}`, second);
      const opening = store.credentials.pinOf(NUMBER);
      await expect(opening).rejects.toThrow(SealBroken);
      await expect(opening).rejects.toThrow(/moved here from another row/);
      expect(await store.credentials.pinOf(OTHER_NUMBER)).toBeDefined();
    });

    it('does not open as another field of the same number', async () => {
      const { opened, store } = await storeWithTwoPins();
      await (
        await openRaw(opened)
      ).run(`update credentials set field = 'certificate' where owner = 'number/${NUMBER}'`);
      await expect(store.credentials.certificateOf(NUMBER)).rejects.toThrow(/moved here/);
    });

    it('does not open with a header that was rewritten to fit', async () => {
      const { opened, store, first, second } = await storeWithTwoPins();
      const [header = ''] = first.split('.');
      await overwriteSealed(
        opened,
        `number/${NUMBER}`,
        [header, ...second.split('.').slice(1)].join('.'),
      );
      await expect(store.credentials.pinOf(NUMBER)).rejects.toThrow(/was changed/);
    });

    it.each([
      [
        'one changed character',
        (sealed: string) => sealed.replace(/.(?=[^.]{8}\.[^.]+$)/, (c) => (c === 'A' ? 'B' : 'A')),
      ],
      ['a cut end', (sealed: string) => sealed.slice(0, -4)],
    ])('does not open with %s', async (_, damage) => {
      const { opened, store, first } = await storeWithTwoPins();
      await overwriteSealed(opened, `number/${NUMBER}`, damage(first));
      await expect(store.credentials.pinOf(NUMBER)).rejects.toThrow(SealBroken);
    });

    it.each(['', 'no seal at all', '{"kid":"x"}', 'a.b.c.d.e'])(
      'does not open when it is «%s»',
      async (sealed) => {
        const { opened, store } = await storeWithTwoPins();
        await overwriteSealed(opened, `number/${NUMBER}`, sealed);
        await expect(store.credentials.pinOf(NUMBER)).rejects.toThrow(SealBroken);
      },
    );

    it('does not open with the data key of another number', async () => {
      const { opened, store } = await storeWithTwoPins();
      const raw = await openRaw(opened);
      const of = (owner: string): string =>
        `(select sealed from data_keys where owner = 'number/${owner}')`;
      await raw.run(
        `update data_keys set sealed = ${of(OTHER_NUMBER)} where owner = 'number/${NUMBER}'`,
      );
      await expect(store.credentials.pinOf(NUMBER)).rejects.toThrow(
        `The data key of number/${NUMBER} was changed.`,
      );
    });

    it('does not open, wherever a copy of it is, once its data key is gone', async () => {
      const { opened, store } = await storeWithTwoPins();
      const raw = await openRaw(opened);
      await raw.run(`delete from data_keys where owner = 'number/${NUMBER}'`);
      await expect(store.credentials.pinOf(NUMBER)).rejects.toThrow(/a data key that is gone/);
      expect(await store.credentials.pinOf(OTHER_NUMBER)).toBeDefined();
    });

    it('carries version and place in a header that anyone may read', async () => {
      const { first } = await storeWithTwoPins();
      const header: unknown = JSON.parse(
        Buffer.from(first.split('.')[0] ?? '', 'base64url').toString(),
      );
      expect(header).toEqual({
        alg: 'dir',
        enc: 'A256GCM',
        v: 2,
        table: 'credentials',
        owner: `number/${NUMBER}`,
        field: 'pin',
      });
    });
  });
});
