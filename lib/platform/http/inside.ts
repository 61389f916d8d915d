import { lookup as lookUp } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** What of IPv4 is no address of a public host: IANA's special-purpose registry, multicast, and all above. */
const INSIDE_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** The only part of IPv6 that hosts of the internet have; without what stands for an IPv4 address or for nobody. */
const OUTSIDE_IPV6 = '2000::/3';
const INSIDE_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const listOf = (type: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    list.addSubnet(address, Number(prefix), type);
  }
  return list;
};
const insideIpv4 = listOf('ipv4', INSIDE_IPV4);
const outsideIpv6 = listOf('ipv6', [OUTSIDE_IPV6]);
const insideIpv6 = listOf('ipv6', INSIDE_IPV6);
const loopback = listOf('ipv4', ['127.0.0.0/8']);

/** Which addresses a hub may call: with `loopback` this machine's own, too, as one that runs on it may. */
export interface Reach {
  loopback: boolean;
}

/** Whether an IP address is not one of a public host: private, loopback, link-local, metadata, shared, multicast. */
export function isInside(address: string, { loopback: mayLoop }: Reach): boolean {
  if (isIP(address) === 4) return insideIpv4.check(address) && !(mayLoop && loopback.check(address));
  if (mayLoop && address === '::1') return false;
  return isIP(address) !== 6 || !outsideIpv6.check(address, 'ipv6') || insideIpv6.check(address, 'ipv6');
}

/** A host was refused, as its name leads inside. Nothing was sent. */
export class InsideError extends Error {
  readonly code = 'EINSIDE';
}

/**
 * Node's `lookup` that refuses a name as soon as one of its addresses is inside: what it answers is what is connected to,
 * so a name that leads elsewhere a moment later gains nothing.
 */
export const lookupOutside =
  (reach: Reach, resolve: LookupFunction = lookUp as LookupFunction): LookupFunction =>
  (hostname, options, callback) =>
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const all = Array.isArray(found) ? found : [];
      const [first] = all;
      if (error || !first) return callback(error ?? new Error(`${hostname} has no address`), []);
      if (all.some(({ address }) => isInside(address, reach)))
        return callback(new InsideError(`${hostname} leads to an address inside`), []);
      return options.all ? callback(null, all) : callback(null, first.address, first.family);
    });

/** The IP address that a URL names in any spelling (`0x7f.1`, `2130706433`, `[::ffff:7f00:1]`), which URL spells in one. */
export const addressIn = ({ hostname }: URL): string | undefined => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) ? bare : undefined;
};
