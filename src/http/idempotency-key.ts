import { HttpError } from './errors.ts';

const FORM = /^[\x21-\x7e]{1,255}$/;

/** The caller's own name for an order. @throws HttpError invalid_idempotency_key */
export function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key');
  if (key === null) return undefined;
  if (!FORM.test(key)) throw new HttpError('invalid_idempotency_key');
  return key;
}
