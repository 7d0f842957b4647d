import { randomBytes, webcrypto } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { activateKey, addKey, removeKey } from '../../src/keyring/changes.ts';
import { KeyChangeRefused, KeyMissing, SealingKeyUnusable } from '../../src/keyring/errors.ts';
import { createKeyring, openKeyring, type RingKey } from '../../src/keyring/keyring.ts';
import { temporaryFolder } from '../store/test-store.ts';

const SAMPLE = 'test-key-test-key-test-key-test!';
const base64url = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64url');
const drawn = (): string => base64url(randomBytes(32));
const [K1, K2] = [drawn(), drawn()];

function entry(id: string, changes: object = {}): object {
  const key = id === 'k1' ? K1 : K2;
  return { id, key, createdAt: '2026-01-05T12:00:00.000Z', state: 'decrypt-only', ...changes };
}

const active = (id: string, changes: object = {}): object =>
  entry(id, { state: 'active', ...changes });

function fileWith(...keys: readonly object[]): string {
  const file = join(temporaryFolder(), 'keys.json');
  writeFileSync(file, JSON.stringify({ keys }), { mode: 0o600 });
  return file;
}

async function failureOf(file: string): Promise<Error> {
  const failure: unknown = await createKeyring(file)
    .all()
    .catch((error: unknown) => error);
  if (!(failure instanceof Error)) throw new Error('the ring opened');
  return failure;
}

async function idsOf(ring: { all(): Promise<readonly RingKey[]> }): Promise<readonly string[]> {
  return (await ring.all()).map(({ id, state }) => `${id} ${state}`);
}

describe('a ring of keys', () => {
  it.each([
    ['none active', [entry('k1'), entry('k2')], 'no key is active'],
    ['no key at all', [], 'no key is active'],
    ['two active', [active('k1'), active('k2')], 'keys k1, k2: only one may be active'],
    ['an id twice', [active('k1'), entry('k1')], 'key k1: is there twice'],
    [
      'a key of 31 bytes',
      [active('k1'), entry('k2', { key: base64url(randomBytes(31)) })],
      'key k2: must be 32 bytes',
    ],
    [
      'a key in another base64',
      [active('k1'), entry('k2', { key: `${K2.slice(0, 42)}+` })],
      'key k2: is not base64url',
    ],
    [
      'a key of zeros',
      [active('k1'), entry('k2', { key: base64url(Buffer.alloc(32)) })],
      'key k2: is all zeros',
    ],
    [
      'the key of a published sample',
      [active('k1', { key: base64url(SAMPLE) })],
      'key k1: is a published sample',
    ],
  ])('is refused with %s, and says which key and why (B55)', async (_, keys, reason) => {
    const failure = await failureOf(fileWith(...keys));
    expect(failure).toBeInstanceOf(SealingKeyUnusable);
    expect(failure.message).toContain(`cannot be used: ${reason}. Restore it from a backup.`);
    expect(inspect(failure)).not.toContain(K1.slice(0, 20));
  });

  it('is refused for all its faults at once', async () => {
    const failure = await failureOf(fileWith(entry('k1', { key: 'AAAA' }), entry('k1')));
    expect(failure.message).toContain(
      'key k1: must be 32 bytes; key k1: is there twice; no key is active',
    );
  });

  it('seals with the active key, and opens with each', async () => {
    const ring = createKeyring(fileWith(entry('k1'), active('k2')));
    expect((await ring.active()).id).toBe('k2');
    expect((await ring.byId('k1')).id).toBe('k1');
    await expect(ring.byId('k3')).rejects.toThrow(new KeyMissing('k3'));
  });

  it('gives each use a key of its own, none of which can be taken out', async () => {
    const { dataKeys, payloads, values } = await createKeyring(fileWith(active('k1'))).active();
    const iv = Buffer.alloc(12);
    const sealed = await webcrypto.subtle.encrypt({ name: 'AES-GCM', iv }, payloads, iv);
    for (const other of [dataKeys, values]) {
      await expect(
        webcrypto.subtle.decrypt({ name: 'AES-GCM', iv }, other, sealed),
      ).rejects.toThrow();
      expect(other.extractable).toBe(false);
    }
    expect(payloads.extractable).toBe(false);
  });
});

describe('a running process', () => {
  it('takes a changed file up without a restart', async () => {
    const file = fileWith(active('k1'));
    const ring = createKeyring(file);
    expect(await idsOf(ring)).toEqual(['k1 active']);
    const added = await addKey(file, 0);
    expect(await idsOf(ring)).toEqual(['k1 active', `${added} decrypt-only`]);
    await activateKey(file, added);
    expect((await ring.active()).id).toBe(added);
    await removeKey(file, 'k1');
    await expect(ring.byId('k1')).rejects.toThrow('keys: k1 missing');
  });

  it('keeps the keys it has while the file is away or broken', async () => {
    const file = fileWith(active('k1'));
    const ring = createKeyring(file);
    await ring.all();
    writeFileSync(file, '{"keys":[');
    expect(await idsOf(ring)).toEqual(['k1 active']);
    rmSync(file);
    expect(await idsOf(ring)).toEqual(['k1 active']);
  });
});

describe('a change of the ring', () => {
  it('leaves a file for its owner alone, and no draft beside it', async () => {
    const file = fileWith(active('k1'));
    const added = await addKey(file, Date.UTC(2026, 0, 6));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.draft`)).toBe(false);
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const key: unknown = expect.stringMatching(/^[\w-]{43}$/);
    const createdAt = '2026-01-06T00:00:00.000Z';
    expect(written).toEqual({ keys: [active('k1'), entry(added, { key, createdAt })] });
  });

  it('brings a file of one key into the form of a ring, with the same key', async () => {
    const file = join(temporaryFolder(), 'keys.json');
    const one = { kid: 'k1', key: K1, createdAt: '2026-01-05T12:00:00.000Z' };
    writeFileSync(file, JSON.stringify(one), { mode: 0o600 });
    await addKey(file, 0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ keys: [active('k1'), {}] });
  });

  it.each([
    ['activates no key that is not there', (file: string) => activateKey(file, 'k9'), /no key k9/],
    ['removes no key that is not there', (file: string) => removeKey(file, 'k9'), /no key k9/],
    ['never removes the active key', (file: string) => removeKey(file, 'k1'), /the active key/],
  ])('%s', async (_, change, reason) => {
    const file = fileWith(active('k1'), entry('k2'));
    const before = readFileSync(file, 'utf8');
    await expect(change(file)).rejects.toThrow(KeyChangeRefused);
    await expect(change(file)).rejects.toThrow(reason);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is refused while another one runs, and says what to do after one that was cut off', async () => {
    const file = fileWith(active('k1'));
    writeFileSync(`${file}.draft`, '{"ke');
    await expect(addKey(file, 0)).rejects.toThrow(`delete ${file}.draft and try again`);
    expect(await idsOf(createKeyring(file))).toEqual(['k1 active']);
    rmSync(`${file}.draft`);
    await addKey(file, 0);
  });

  it('loses no key when many are added at a time', async () => {
    const file = fileWith(active('k1'));
    const added = await Promise.allSettled(Array.from({ length: 5 }, () => addKey(file, 0)));
    const ids = added.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(ids.length).toBeGreaterThan(0);
    const kept = (await createKeyring(file).all()).map(({ id }) => id);
    expect(kept).toEqual(expect.arrayContaining(['k1', ...ids]));
  });
});

describe('the first start', () => {
  it('draws one active key', async () => {
    const file = join(temporaryFolder(), 'keys', 'ring.json');
    const ring = await openKeyring({ file, mayCreate: true, nowMs: () => 0 });
    expect(await ring.all()).toHaveLength(1);
    expect((await ring.active()).state).toBe('active');
  });

  it('draws none where something is sealed already', async () => {
    const file = join(temporaryFolder(), 'ring.json');
    const opening = openKeyring({ file, mayCreate: false, nowMs: () => 0 });
    await expect(opening).rejects.toThrow(/is missing/);
    expect(existsSync(file)).toBe(false);
  });
});
