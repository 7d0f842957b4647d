import { BlockList, isIP } from 'node:net';

export type ClientAddressOf = (peer: string, headers: Headers) => string;

/**
 * Who calls: the peer, unless it is a proxy that we know. Then it is whom that one names, and so on: each proxy adds its peer at the
 * end, and what stands before the first that we do not know could be anybody's word.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddressOf {
  const known = blockListOf(trustedProxies);
  const isKnown = (address: string): boolean =>
    known.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (peer, headers) => {
    let address = plain(peer);
    const named = (headers.get('x-forwarded-for') ?? '').split(',').map((each) => plain(each));
    while (isIP(address) !== 0 && isKnown(address)) {
      const before = named.pop() ?? '';
      if (isIP(before) === 0) break;
      address = before;
    }
    return address;
  };
}

/** An IPv4 caller of a socket that also takes IPv6 shows as `::ffff:192.0.2.1`. */
function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=[0-9.]+$)/i, '');
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
