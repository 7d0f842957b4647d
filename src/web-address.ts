import { isLoopback } from './loopback.ts';
import { VARIABLES } from './variables.ts';

/** `''` for anything but a bare http or https origin. */
export function originOf(value: string): string {
  const url = URL.parse(value);
  const isBare = url !== null && url.href === `${url.origin}/`;
  return isBare ? url.origin : '';
}

export function isOrigin(value: string): boolean {
  return value !== '' && originOf(value) === value;
}

export function isGraphOrigin(origin: string): boolean {
  return origin === VARIABLES.GRAPH_BASE_URL.fallback || isLocalOrigin(origin);
}

export function isLocalOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  return url !== null && isLoopback(url.hostname);
}

export function isWebUrl(value: string): boolean {
  return /^https?:$/.test(URL.parse(value)?.protocol ?? '');
}
