/** True for a host name that never leaves this machine; brackets of an IPv6 address are allowed. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.[0-9]{1,3}){3}|\[?::1\]?)$/i.test(host);
}
