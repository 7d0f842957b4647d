import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { isEncrypted } from '../../src/contract/encrypted.ts';
import { activateKey, addKey, removeKey } from '../../src/keyring/changes.ts';
import { createKeyring, openKeyring } from '../../src/keyring/keyring.ts';
import { payloadConverter } from '../../src/payloads/payload-converter.ts';
import { createPayloadCodec } from '../../src/payloads/payload-codec.ts';
import { temporaryFolder } from '../store/test-store.ts';

const HELLO = { displayPhoneNumber: '+1 631-555-5555' };
const plain = (value: unknown = HELLO): Payload => defaultPayloadConverter.toPayload(value);

async function openRing() {
  const file = join(temporaryFolder(), 'keys.json');
  const keyring = await openKeyring({ file, mayCreate: true, nowMs: () => 0 });
  const codec = createPayloadCodec({ keyring, namespace: 'default', isOn: true });
  return { file, keyring, codec };
}

async function encodeOne(codec: PayloadCodec, payload: Payload): Promise<Payload> {
  const [encoded = {}] = await codec.encode([payload]);
  return encoded;
}

async function decodeOne(codec: PayloadCodec, payload: Payload): Promise<Payload> {
  const [decoded = {}] = await codec.decode([payload]);
  return decoded;
}

const textOf = (payload: Payload): string =>
  Buffer.concat([
    payload.data ?? Buffer.alloc(0),
    ...Object.values(payload.metadata ?? {}),
  ]).toString('latin1');

describe('a payload of a number', () => {
  it('is unreadable on its way, names key and version, and comes back as it was', async () => {
    const { codec, keyring } = await openRing();
    const encoded = await encodeOne(codec, plain());
    expect(textOf(encoded)).not.toContain('631');
    expect(Object.keys(encoded.metadata ?? {})).toEqual(['encoding', 'key-id', 'version']);
    expect(textOf({ metadata: encoded.metadata ?? null })).toBe(
      `binary/encrypted${(await keyring.active()).id}1`,
    );
    expect(payloadConverter.fromPayload(await decodeOne(codec, encoded))).toEqual(HELLO);
  });

  it('is never the same twice', async () => {
    const { codec } = await openRing();
    const [one, two] = [await encodeOne(codec, plain()), await encodeOne(codec, plain())];
    expect(one.data).not.toEqual(two.data);
  });

  it('opens with the key of its time after another became active', async () => {
    const { codec, file } = await openRing();
    const encoded = await encodeOne(codec, plain());
    await activateKey(file, await addKey(file, 0));
    expect(payloadConverter.fromPayload(await decodeOne(codec, encoded))).toEqual(HELLO);
    const later = await encodeOne(codec, plain());
    expect(later.metadata?.['key-id']).not.toEqual(encoded.metadata?.['key-id']);
  });

  it('waits for its key while the ring lacks it, and opens when it is back (F39)', async () => {
    const { codec, file, keyring } = await openRing();
    const encoded = await encodeOne(codec, plain());
    const { id } = await keyring.active();
    await activateKey(file, await addKey(file, 0));
    const whole = readFileSync(file, 'utf8');
    await removeKey(file, id);
    await expect(codec.decode([encoded])).rejects.toThrow(`keys: ${id} missing`);
    writeFileSync(file, whole, { mode: 0o600 });
    expect(payloadConverter.fromPayload(await decodeOne(codec, encoded))).toEqual(HELLO);
  });

  it.each([
    ['one bit of it was changed', (data: Uint8Array) => data.with(20, (data[20] ?? 0) ^ 1)],
    ['its IV was changed', (data: Uint8Array) => data.with(0, (data[0] ?? 0) ^ 1)],
    ['its end was cut off', (data: Uint8Array) => data.subarray(0, -1)],
    ['there is nothing in it', () => new Uint8Array()],
  ])('does not open when %s (F39)', async (_, damage) => {
    const { codec } = await openRing();
    const encoded = await encodeOne(codec, plain());
    const damaged = { ...encoded, data: damage(encoded.data ?? new Uint8Array()) };
    await expect(codec.decode([damaged])).rejects.toThrow(/was changed, or belongs to another/);
  });

  it('does not open in another namespace, nor under the name of another key', async () => {
    const { codec, file, keyring } = await openRing();
    const encoded = await encodeOne(codec, plain());
    const elsewhere = createPayloadCodec({ keyring, namespace: 'other', isOn: true });
    await expect(elsewhere.decode([encoded])).rejects.toThrow(/another namespace/);
    const other = Buffer.from(await addKey(file, 0));
    const renamed = { ...encoded, metadata: { ...encoded.metadata, 'key-id': other } };
    await expect(codec.decode([renamed])).rejects.toThrow(/was changed/);
  });
});

describe('a codec that is off', () => {
  it('writes in clear, reads both, and needs no key file for what is clear', async () => {
    const { codec, keyring } = await openRing();
    const off = createPayloadCodec({ keyring, namespace: 'default', isOn: false });
    expect(await encodeOne(off, plain())).toEqual(plain());
    const encoded = await encodeOne(codec, plain());
    expect(payloadConverter.fromPayload(await decodeOne(off, encoded))).toEqual(HELLO);
    const keyless = createPayloadCodec({
      keyring: createKeyring('/no/such/file'),
      namespace: 'default',
      isOn: false,
    });
    expect(await keyless.decode(await keyless.encode([plain()]))).toEqual([plain()]);
  });
});

describe('what a workflow is told of a payload', () => {
  it('is that it came encrypted, which nothing it sends on repeats', async () => {
    const { codec } = await openRing();
    const decoded = await decodeOne(codec, await encodeOne(codec, plain()));
    const value = payloadConverter.fromPayload(decoded);
    expect(isEncrypted(value)).toBe(true);
    expect(payloadConverter.toPayload(value)).toEqual(plain());
  });

  it('is that it came in clear, also when its sender says otherwise', async () => {
    const { codec } = await openRing();
    const decoded = await decodeOne(codec, await encodeOne(codec, plain()));
    const forged = { ...plain(), metadata: decoded.metadata ?? null };
    for (const payload of [plain(), forged]) {
      expect(isEncrypted(payloadConverter.fromPayload(await decodeOne(codec, payload)))).toBe(
        false,
      );
    }
  });
});
