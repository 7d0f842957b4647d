import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';

/** A certificate and its key, both in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

// As few lines of DER as an X.509 certificate needs; a certificate in a file would end one day.
const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const size = body.length.toString(16);
  const digits = Buffer.from(size.length % 2 === 0 ? size : `0${size}`, 'hex');
  const length =
    body.length < 128 ? digits : Buffer.concat([Buffer.of(0x80 | digits.length), digits]);
  return Buffer.concat([Buffer.of(tag), length, body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
const bits = (bytes: Uint8Array): Buffer => tlv(0x03, Buffer.of(0), bytes);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const time = (atMs: number): Buffer =>
  tlv(0x18, Buffer.from(new Date(atMs).toISOString().replace(/[-:T]|\.[0-9]+/g, '')));

const ED25519 = sequence(oid('2b6570'));
const nameOf = (text: string): Buffer =>
  sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(text)))));
const extension = (id: string, value: Uint8Array): Buffer => sequence(oid(id), tlv(0x04, value));
const IS_CA = extension('551d13', sequence(tlv(0x01, Buffer.of(0xff))));
const altNames = (names: readonly string[]): Buffer =>
  extension('551d11', sequence(...names.map((name) => tlv(0x82, Buffer.from(name)))));

/** An authority of the test's own. */
export function createAuthority(name: string): {
  readonly ca: string;
  readonly certify: (host: string) => Certified;
} {
  const own = keyPair();
  const ca = certificate({ subject: name, issuer: name, publicKey: own.publicKey }, IS_CA, own.key);
  return {
    ca,
    certify: (host) => {
      const { publicKey, key } = keyPair();
      const subject = { subject: host, issuer: name, publicKey };
      return { cert: certificate(subject, altNames([host]), own.key), key };
    },
  };
}

function keyPair(): { readonly publicKey: KeyObject; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function certificate(
  of: { readonly subject: string; readonly issuer: string; readonly publicKey: KeyObject },
  extra: Uint8Array,
  issuerKey: string,
): string {
  const nowMs = Date.now();
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))),
    tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ED25519,
    nameOf(of.issuer),
    sequence(time(nowMs - DAY_MS), time(nowMs + DAY_MS)),
    nameOf(of.subject),
    of.publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(extra)),
  );
  const signature = sign(null, body, createPrivateKey(issuerKey));
  const der = sequence(body, ED25519, bits(signature)).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
