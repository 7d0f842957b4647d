import { randomBytes, webcrypto } from 'node:crypto';
import { ValueError, type Payload, type PayloadCodec } from '@temporalio/common';
import { encode } from '@temporalio/common/lib/encoding.js';
import proto from '@temporalio/proto';
import type { Keyring } from '../keyring/keyring.ts';
import { textOf, withMark, withoutMark } from './metadata.ts';

const { Payload: Proto } = proto.temporal.api.common.v1;

const ENCODING = 'binary/encrypted';
const VERSION = '1';
/** NIST SP 800-38D: 96 random bits, for far less than 2^32 payloads a key. */
const IV_BYTES = 12;

export interface PayloadCodecDeps {
  readonly keyring: Keyring;
  readonly namespace: string;
  /** False: what is written stays as it is. What is encrypted is read in any case. */
  readonly isOn: boolean;
}

/**
 * Encrypts each payload as a whole with the active key (AES-256-GCM), and decrypts with the key that it names. Not bound to
 * a workflow id: the Temporal UI's calls to a codec server do not tell it. Decoding throws `KeyMissing`, so that a task
 * waits until the key is back; plain text passes, as throwing would let one message in clear stop a run for ever.
 */
export function createPayloadCodec({ keyring, namespace, isOn }: PayloadCodecDeps): PayloadCodec {
  const bound = (id: string): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode([VERSION, id, namespace].join('|'));
  const encryptOne = async (payload: Payload): Promise<Payload> => {
    const { id, payloads: key } = await keyring.active();
    const iv = randomBytes(IV_BYTES);
    const cipher = { name: 'AES-GCM', iv, additionalData: bound(id) };
    const sealed = await webcrypto.subtle.encrypt(cipher, key, Proto.encode(payload).finish());
    return {
      metadata: { encoding: encode(ENCODING), 'key-id': encode(id), version: encode(VERSION) },
      data: Buffer.concat([iv, new Uint8Array(sealed)]),
    };
  };
  const decryptOne = async (payload: Payload): Promise<Payload> => {
    if (textOf(payload, 'encoding') !== ENCODING) return withoutMark(payload);
    const id = textOf(payload, 'key-id');
    const { payloads: key } = await keyring.byId(id);
    const data = payload.data ?? new Uint8Array();
    const cipher = { name: 'AES-GCM', iv: data.subarray(0, IV_BYTES), additionalData: bound(id) };
    const opened = await webcrypto.subtle
      .decrypt(cipher, key, data.subarray(IV_BYTES))
      .catch(() => undefined);
    if (opened === undefined) {
      throw new ValueError('A payload was changed, or belongs to another namespace.');
    }
    return withMark(Proto.decode(new Uint8Array(opened)));
  };
  return {
    encode: (payloads) =>
      isOn ? Promise.all(payloads.map(encryptOne)) : Promise.resolve(payloads),
    decode: (payloads) => Promise.all(payloads.map(decryptOne)),
  };
}
