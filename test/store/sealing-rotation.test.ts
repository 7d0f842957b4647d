import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { activateKey, addKey, removeKey } from '../../src/keyring/changes.ts';
import { parseKeys } from '../../src/keyring/key-entries.ts';
import { SealBroken, StoreUnavailable } from '../../src/store/errors.ts';
import { newSignup, NUMBER, OTHER_NUMBER, phoneNumberId, T0_MS } from './builders.ts';
import { KINDS, openRaw, openTestStore, type Home, type TestStore } from './test-store.ts';

const PROGRAM = fileURLToPath(new URL('./rotation-program.ts', import.meta.url));
const NO_PROGRESS = (): void => undefined;

function keysIn({ sealingKeyFile }: Home) {
  const keys = parseKeys(readFileSync(sealingKeyFile, 'utf8')) ?? [];
  const [first, second] = keys;
  return { keys, first: first?.id ?? '', second: second?.id ?? '' };
}

async function withNewKey(home: Home): Promise<{ before: string; active: string }> {
  const before = keysIn(home).first;
  const active = await addKey(home.sealingKeyFile, T0_MS);
  await activateKey(home.sealingKeyFile, active);
  return { before, active };
}

/** The PIN of a number as a service of before data keys sealed it. */
async function plantFirstForm(home: TestStore, pin: string): Promise<void> {
  const [entry] = keysIn(home).keys;
  const owner = `number/${NUMBER}`;
  const sealed = await new CompactEncrypt(new TextEncoder().encode(pin))
    .setProtectedHeader({
      ...{ alg: 'dir', enc: 'A256GCM', kid: entry?.id ?? '', v: 1 },
      ...{ table: 'credentials', owner, field: 'pin' },
    })
    .encrypt(Buffer.from(entry?.key.reveal() ?? '', 'base64url'));
  const raw = await openRaw(home);
  await raw.run(
    `insert into credentials (owner, field, sealed, updated_at_ms) values ('${owner}', 'pin', '${sealed}', 0)`,
  );
}

async function sealPins(home: TestStore, amount: number): Promise<readonly string[]> {
  const pins: string[] = [];
  for (let n = 0; n < amount; n += 1) {
    const id = phoneNumberId((100_000 + n).toString());
    await home.store.credentials.ensurePin(id);
    pins.push((await home.store.credentials.pinOf(id))?.reveal() ?? '');
  }
  return pins;
}

async function pinsOf(home: TestStore, amount: number): Promise<readonly (string | undefined)[]> {
  const ids = Array.from({ length: amount }, (_, n) => phoneNumberId((100_000 + n).toString()));
  const pins: (string | undefined)[] = [];
  for (const id of ids) pins.push((await home.store.credentials.pinOf(id))?.reveal());
  return pins;
}

/** After half a rotation everything opens; after the rest of it, with the new key alone. */
async function expectRestRotated(home: TestStore, pins: readonly string[]): Promise<void> {
  const { first, second } = keysIn(home);
  const cut = await home.store.keyUse.count();
  const left = cut.get(first) ?? 0;
  expect(left).toBeGreaterThan(0);
  expect(cut.get(second)).toBe(pins.length - left);
  expect(await pinsOf(home, pins.length)).toEqual(pins);

  const rest = await home.store.keyUse.rotate(NO_PROGRESS);
  expect(rest).toEqual({ rewrapped: left, resealed: 0, left: 0 });
  await removeKey(home.sealingKeyFile, first);
  expect(await pinsOf(home, pins.length)).toEqual(pins);
}

describe('a rotation whose process is killed (F39)', () => {
  it('has lost nothing, and is ended by the next one', { timeout: 60_000 }, async () => {
    const home = await openTestStore('sqlite');
    const pins = await sealPins(home, 120);
    await withNewKey(home);
    const path = home.place.kind === 'sqlite' ? home.place.path : '';
    const child = spawn(process.execPath, [PROGRAM], {
      env: { STORE_PATH: path, KEY_FILE: home.sealingKeyFile },
      stdio: 'ignore',
    });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
    await expectRestRotated(home, pins);
  });
});

describe.each(KINDS)('%s', (kind) => {
  describe('a PIN sealed before numbers had data keys', () => {
    it('opens, and is sealed with the data key of its number when it is written again', async () => {
      const home = await openTestStore(kind);
      await plantFirstForm(home, '730416');
      const { first } = keysIn(home);
      const { credentials, keyUse } = home.store;
      expect((await credentials.pinOf(NUMBER))?.reveal()).toBe('730416');
      expect(await keyUse.count()).toEqual(new Map([[first, 1]]));
      const pin = await credentials.pinOf(NUMBER);
      if (pin) await credentials.keepPin(NUMBER, pin);
      const raw = await openRaw(home);
      const [row] = await raw.all('select sealed from credentials');
      expect(atob(String(row?.['sealed']).split('.')[0] ?? '')).toContain('"v":2');
      expect((await credentials.pinOf(NUMBER))?.reveal()).toBe('730416');
    });

    it('is sealed anew by a rotation, also when no data key is left to do', async () => {
      const home = await openTestStore(kind);
      await plantFirstForm(home, '730416');
      const rotation = await home.store.keyUse.rotate(NO_PROGRESS);
      expect(rotation).toEqual({ rewrapped: 0, resealed: 1, left: 0 });
      expect(await home.store.keyUse.rotate(NO_PROGRESS)).toMatchObject({ resealed: 0 });
      expect((await home.store.credentials.pinOf(NUMBER))?.reveal()).toBe('730416');
    });
  });

  describe('a rotation (F39)', () => {
    it('leaves no row to the old key, changes no PIN and no token, and can be asked for twice', async () => {
      const home = await openTestStore(kind);
      const { credentials, keyUse, signups } = home.store;
      await signups.accept(newSignup());
      const pins = await sealPins(home, 3);
      const { before, active } = await withNewKey(home);
      expect(await keyUse.count()).toEqual(new Map([[before, 4]]));
      expect(await keyUse.rotate(NO_PROGRESS)).toEqual({ rewrapped: 4, resealed: 0, left: 0 });
      expect(await keyUse.count()).toEqual(new Map([[active, 4]]));
      expect(await keyUse.rotate(NO_PROGRESS)).toEqual({ rewrapped: 0, resealed: 0, left: 0 });
      await removeKey(home.sealingKeyFile, before);
      expect(await pinsOf(home, 3)).toEqual(pins);
      expect((await credentials.tokenOf(newSignup().wabaId))?.reveal()).toBe('EAAG-first');
    });

    it('takes nothing from what is sealed while it runs', async () => {
      const home = await openTestStore(kind);
      await sealPins(home, 60);
      await plantFirstForm(home, '730416');
      const { before } = await withNewKey(home);
      const told = Array.from({ length: 60 }, (_, n) => (730_100 + n).toString());
      const [rotation] = await Promise.all([
        home.store.keyUse.rotate(NO_PROGRESS),
        home.store.keyUse.rotate(NO_PROGRESS),
        ...told.map((pin, n) =>
          home.store.credentials.keepPin(phoneNumberId((100_000 + n).toString()), new Secret(pin)),
        ),
        home.store.credentials.keepPin(NUMBER, new Secret('730417')),
      ]);
      expect(rotation.left).toBe(0);
      await removeKey(home.sealingKeyFile, before);
      expect(await pinsOf(home, 60)).toEqual(told);
      expect((await home.store.credentials.pinOf(NUMBER))?.reveal()).toBe('730417');
    });

    it('goes on where it was cut off, and each number keeps its PIN', async () => {
      const home = await openTestStore(kind);
      const pins = await sealPins(home, 60);
      await withNewKey(home);
      const cutOff = home.store.keyUse.rotate(() => {
        throw new Error('cut off');
      });
      await expect(cutOff).rejects.toThrow('cut off');
      await expectRestRotated(home, pins);
    });

    it('leaves what does not open as it is, and counts it', async () => {
      const home = await openTestStore(kind);
      await home.store.credentials.ensurePin(NUMBER);
      await home.store.credentials.ensurePin(OTHER_NUMBER);
      const raw = await openRaw(home);
      await raw.run(`update data_keys set sealed = 'a.b.c.d.e' where owner = 'number/${NUMBER}'`);
      await withNewKey(home);
      expect(await home.store.keyUse.rotate(NO_PROGRESS)).toMatchObject({ rewrapped: 1, left: 1 });
      await expect(home.store.credentials.pinOf(NUMBER)).rejects.toThrow(SealBroken);
      expect(await home.store.credentials.pinOf(OTHER_NUMBER)).toBeDefined();
    });
  });

  describe('a service whose ring lacks a key (F39)', () => {
    it('says which, seals nothing beside it, and goes on without a restart when it is back', async () => {
      const home = await openTestStore(kind);
      const { credentials } = home.store;
      await credentials.ensurePin(NUMBER);
      const pin = (await credentials.pinOf(NUMBER))?.reveal();
      const { before } = await withNewKey(home);
      const whole = readFileSync(home.sealingKeyFile, 'utf8');
      await removeKey(home.sealingKeyFile, before);

      for (const need of [() => credentials.pinOf(NUMBER), () => credentials.ensurePin(NUMBER)]) {
        const waiting = need();
        await expect(waiting).rejects.toThrow(StoreUnavailable);
        await expect(waiting).rejects.toThrow(`keys: ${before} missing`);
      }
      await credentials.ensurePin(OTHER_NUMBER);
      writeFileSync(home.sealingKeyFile, whole, { mode: 0o600 });
      expect((await credentials.pinOf(NUMBER))?.reveal()).toBe(pin);
    });
  });
});
