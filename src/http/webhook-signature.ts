import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';
import { HttpError } from './errors.ts';

/** Two headers arrive as one, joined by a comma, and do not match either. */
const SIGNATURE = /^sha256=(?<hex>[0-9a-f]{64})$/;

/**
 * Meta signs the raw bytes with the app secret (Webhooks, "Validating payloads"). With two secrets, as in a rotation, either
 * may have signed.
 * @throws HttpError missing_signature, malformed_signature or signature_mismatch
 */
export function checkSignature(signed: {
  readonly header: string | null;
  readonly body: Uint8Array;
  readonly secrets: readonly Secret[];
}): void {
  const { header, body, secrets } = signed;
  if (header === null) throw new HttpError('missing_signature');
  const hex = SIGNATURE.exec(header)?.groups?.['hex'];
  if (hex === undefined) throw new HttpError('malformed_signature');
  const given = Buffer.from(hex, 'hex');
  const matches = secrets.map((secret) =>
    timingSafeEqual(given, createHmac('sha256', secret.reveal()).update(body).digest()),
  );
  if (!matches.includes(true)) throw new HttpError('signature_mismatch');
}
