// A customer names the address of an On-Premises client, so it could name a machine that only we can reach.
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Finds every address of a name, as `dns.lookup` does with `all`. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  done: (
    error: Error | null,
    addresses: readonly { readonly address: string; readonly family: number }[],
  ) => void,
) => void;

const LOOPBACK = listOf(['127.0.0.0', 8], ['::1', 128]);

/** Link-local, where clouds answer with credentials; their other such addresses; and what is no address of one machine. */
const FORBIDDEN = listOf(
  ...[['169.254.0.0', 16] as const, ['fe80::', 10] as const],
  // Alibaba, Azure, Oracle, Amazon, Google.
  ...[['100.100.100.200', 32] as const, ['168.63.129.16', 32] as const],
  ...[
    ['192.0.0.192', 32] as const,
    ['fd00:ec2::254', 128] as const,
    ['fd20:ce::254', 128] as const,
  ],
  // This host, multicast, reserved.
  ...[['0.0.0.0', 8] as const, ['224.0.0.0', 4] as const, ['240.0.0.0', 4] as const],
  ...[['ff00::', 8] as const, ['fec0::', 10] as const],
  // IPv6 addresses that carry an IPv4 one, which a gateway would unpack: `::`, NAT64, Teredo, 6to4.
  ...[['::', 96] as const, ['64:ff9b::', 96] as const, ['64:ff9b:1::', 48] as const],
  ...[['2001::', 32] as const, ['2002::', 16] as const],
);

/** True for a host that names this machine by its own name; a name of the DNS never does. */
export function isLoopbackHost(hostname: string): boolean {
  const address = unbracketed(hostname);
  return address === 'localhost' || (isIP(address) !== 0 && isIn(LOOPBACK, address));
}

/** False for a host written as an address that must not be called. A name is judged by `safeLookup`. */
export function mayBeCalled(hostname: string): boolean {
  const address = unbracketed(hostname);
  return isIP(address) === 0 || isAllowed(address, isLoopbackHost(hostname));
}

/**
 * Resolves a name, checks every address and hands over the checked ones, so that no second answer of a name server can
 * lead elsewhere. A name with one forbidden address is refused as a whole.
 */
export function safeLookup(resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { all: true }, (error, addresses) => {
      const found = addresses.filter(({ family }) => isWanted(family, options.family));
      const [first] = found;
      if (error !== null || first === undefined) {
        done(error ?? fault('ENOTFOUND', 'getaddrinfo'), [], 0);
      } else if (!addresses.every((each) => isAllowed(each.address, isLoopbackHost(hostname)))) {
        done(fault('ERR_FORBIDDEN_ADDRESS'), [], 0);
      } else if (options.all === true) {
        done(null, [...found]);
      } else {
        done(null, first.address, first.family);
      }
    });
  };
}

function isAllowed(address: string, isLoopback: boolean): boolean {
  if (isIP(address) === 0) return false;
  if (isLoopback) return isIn(LOOPBACK, address);
  return !isIn(LOOPBACK, address) && !isIn(FORBIDDEN, address);
}

/** A zone (`%eth0`) belongs to the sender; the list knows none. */
function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return list.check(address.replace(/%.*$/, ''), family);
}

function isWanted(family: number, wanted: unknown): boolean {
  return wanted === 4 || wanted === 6 ? family === wanted : true;
}

const unbracketed = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

const fault = (code: string, syscall?: string): Error =>
  Object.assign(new Error(code), { code, syscall });

function listOf(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets)
    list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
