import { isLoopbackHost, mayBeCalled } from '../graph/addresses.ts';

/** What Standard Webhooks asks of a key. */
const LEAST_KEY_BYTES = 24;
const MOST_KEY_BYTES = 64;

/** https, or http to this machine; no user name or password in it, and no address that only clouds answer. */
export function isReceiverUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url?.username !== '' || url.password !== '' || url.hash !== '') return false;
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  return isSafe && mayBeCalled(url.hostname);
}

/** `whsec_` and the key in base64. */
export function isSigningSecret(value: string): boolean {
  const key = /^whsec_(?<key>.+)$/.exec(value)?.groups?.['key'] ?? '';
  const bytes = Buffer.from(key, 'base64');
  const isWhole = bytes.toString('base64') === key;
  return isWhole && bytes.length >= LEAST_KEY_BYTES && bytes.length <= MOST_KEY_BYTES;
}
