import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isAcceptablePin } from '../../src/domain/pin.ts';
import { Secret } from '../../src/domain/secret.ts';
import { SealBroken } from '../../src/store/errors.ts';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER, wabaId } from './builders.ts';
import { openRaw, openTestStore } from './test-store.ts';

const HEX_16: unknown = expect.stringMatching(/^[0-9a-f]{16}$/);
const OTHER_ACCOUNT = wabaId('102290129340399');

function sealedValues(path: string): Record<string, string> {
  const rows = openRaw(path).prepare('select owner, field, sealed from credentials').all();
  return Object.fromEntries(
    rows.map(({ owner, field, sealed }) => [`${String(owner)} ${String(field)}`, String(sealed)]),
  );
}

function overwriteSealed(path: string, owner: string, sealed: string): void {
  const raw = openRaw(path);
  raw.prepare('update credentials set sealed = ? where owner = ?').run(sealed, owner);
}

describe('the PIN of a number', () => {
  it('is drawn once and stays the same', async () => {
    const { store } = await openTestStore();
    await store.credentials.ensurePin(NUMBER);
    const first = await store.credentials.pinOf(NUMBER);
    await store.credentials.ensurePin(NUMBER);
    const second = await store.credentials.pinOf(NUMBER);
    expect(isAcceptablePin(first?.reveal() ?? '')).toBe(true);
    expect(second?.reveal()).toBe(first?.reveal());
  });

  it('survives closing and opening the store', async () => {
    const first = await openTestStore();
    await first.store.credentials.ensurePin(NUMBER);
    const before = await first.store.credentials.pinOf(NUMBER);
    await first.store.close();
    const { store } = await openTestStore(first.folder);
    expect((await store.credentials.pinOf(NUMBER))?.reveal()).toBe(before?.reveal());
  });

  it('is not there before it was drawn', async () => {
    const { store } = await openTestStore();
    expect(await store.credentials.pinOf(NUMBER)).toBeUndefined();
  });

  it('prints as a secret', async () => {
    const { store } = await openTestStore();
    await store.credentials.ensurePin(NUMBER);
    const pin = await store.credentials.pinOf(NUMBER);
    expect(inspect({ pin }) + JSON.stringify({ pin })).not.toContain(pin?.reveal());
  });
});

describe('the token of an account', () => {
  it('is replaced by the token of the next signup', async () => {
    const { store } = await openTestStore();
    await store.signups.accept(newSignup());
    await store.signups.accept(
      newSignup({ idempotencyKey: 'key-2', token: new Secret('EAAG-second') }),
    );
    expect((await store.credentials.tokenOf(ACCOUNT))?.reveal()).toBe('EAAG-second');
  });

  it('belongs to that account alone', async () => {
    const { store } = await openTestStore();
    await store.signups.accept(newSignup());
    expect(await store.credentials.tokenOf(OTHER_ACCOUNT)).toBeUndefined();
  });
});

describe('the certificate of a number', () => {
  const certificate = new Secret('CmAKHAi…ünïcode…certificate=');
  const sha256 = createHash('sha256').update(certificate.reveal()).digest('hex');

  it('is kept and named by its SHA-256', async () => {
    const { store } = await openTestStore();
    expect(await store.credentials.keepCertificate(NUMBER, certificate)).toBe(sha256);
    const kept = await store.credentials.certificateOf(NUMBER);
    expect(kept?.reveal()).toBe(certificate.reveal());
  });

  it('is not sealed again while it is the same', async () => {
    const { store, path } = await openTestStore();
    await store.credentials.keepCertificate(NUMBER, certificate);
    const before = sealedValues(path);
    expect(await store.credentials.keepCertificate(NUMBER, certificate)).toBe(sha256);
    expect(sealedValues(path)).toEqual(before);
  });

  it('is replaced when Meta issues another', async () => {
    const { store } = await openTestStore();
    await store.credentials.keepCertificate(NUMBER, certificate);
    await store.credentials.keepCertificate(NUMBER, new Secret('another'));
    expect((await store.credentials.certificateOf(NUMBER))?.reveal()).toBe('another');
  });
});

describe('a sealed value (F39)', () => {
  async function storeWithTwoPins() {
    const opened = await openTestStore();
    await opened.store.credentials.ensurePin(NUMBER);
    await opened.store.credentials.ensurePin(OTHER_NUMBER);
    const sealed = sealedValues(opened.path);
    const first = sealed[`number/${NUMBER} pin`] ?? '';
    const second = sealed[`number/${OTHER_NUMBER} pin`] ?? '';
    return { ...opened, first, second };
  }

  it('does not open in the row of another number', async () => {
    const { store, path, second } = await storeWithTwoPins();
    overwriteSealed(path, `number/${NUMBER}`, second);
    const opening = store.credentials.pinOf(NUMBER);
    await expect(opening).rejects.toThrow(SealBroken);
    await expect(opening).rejects.toThrow(/moved here from another row/);
    expect(await store.credentials.pinOf(OTHER_NUMBER)).toBeDefined();
  });

  it('does not open as another field of the same number', async () => {
    const { store, path } = await storeWithTwoPins();
    openRaw(path).exec(`update credentials set field = 'certificate'`);
    await expect(store.credentials.certificateOf(NUMBER)).rejects.toThrow(/moved here/);
  });

  it('does not open with a header that was rewritten to fit', async () => {
    const { store, path, first, second } = await storeWithTwoPins();
    const [header = ''] = first.split('.');
    overwriteSealed(path, `number/${NUMBER}`, [header, ...second.split('.').slice(1)].join('.'));
    await expect(store.credentials.pinOf(NUMBER)).rejects.toThrow(/was changed/);
  });

  it.each([
    [
      'one changed character',
      (sealed: string) => sealed.replace(/.(?=[^.]{8}\.[^.]+$)/, (c) => (c === 'A' ? 'B' : 'A')),
    ],
    ['a cut end', (sealed: string) => sealed.slice(0, -4)],
  ])('does not open with %s', async (_, damage) => {
    const { store, path, first } = await storeWithTwoPins();
    overwriteSealed(path, `number/${NUMBER}`, damage(first));
    await expect(store.credentials.pinOf(NUMBER)).rejects.toThrow(SealBroken);
  });

  it.each(['', 'no seal at all', '{"kid":"x"}', 'a.b.c.d.e'])(
    'does not open when it is «%s»',
    async (sealed) => {
      const { store, path } = await storeWithTwoPins();
      overwriteSealed(path, `number/${NUMBER}`, sealed);
      await expect(store.credentials.pinOf(NUMBER)).rejects.toThrow(SealBroken);
    },
  );

  it('names the key it needs when another is loaded', async () => {
    const { sealingKeyFile, first } = await storeWithTwoPins();
    const stranger = await openTestStore();
    await stranger.store.credentials.ensurePin(NUMBER);
    overwriteSealed(stranger.path, `number/${NUMBER}`, first);
    const kid = /"kid":"(\w+)"/.exec(readFileSync(sealingKeyFile, 'utf8'))?.[1] ?? '';
    await expect(stranger.store.credentials.pinOf(NUMBER)).rejects.toThrow(
      `The pin of number/${NUMBER} was sealed with the key "${kid}", which is not loaded.`,
    );
  });

  it('carries key, version and place in a header that anyone may read', async () => {
    const { first } = await storeWithTwoPins();
    const header: unknown = JSON.parse(
      Buffer.from(first.split('.')[0] ?? '', 'base64url').toString(),
    );
    expect(header).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      kid: HEX_16,
      v: 1,
      table: 'credentials',
      owner: `number/${NUMBER}`,
      field: 'pin',
    });
  });
});
