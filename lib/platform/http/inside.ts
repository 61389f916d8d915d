import { lookup as lookUp } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** IPv4 addresses of no public host: IANA's special-purpose registry, multicast, and everything above. */
const INSIDE_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** The only part of IPv6 for hosts of the internet; exceptions within it stand for IPv4 addresses or for nobody. */
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

/** Which addresses a hub may call; `loopback` adds this machine, for a hub that runs on it. */
export interface Reach {
  loopback: boolean;
}

/** Whether an IP address belongs to no public host: private, loopback, link-local, metadata, shared, multicast. */
export function isInside(address: string, { loopback: mayLoop }: Reach): boolean {
  if (isIP(address) === 4) return insideIpv4.check(address) && !(mayLoop && loopback.check(address));
  if (mayLoop && address === '::1') return false;
  return isIP(address) !== 6 || !outsideIpv6.check(address, 'ipv6') || insideIpv6.check(address, 'ipv6');
}

/** A host was refused because its name leads inside. Nothing was sent. */
export class InsideError extends Error {
  readonly code = 'EINSIDE';
}

/**
 * Node's `lookup`, refusing a name if any of its addresses is inside. The connection goes to the address returned here,
 * so a name that resolves differently a moment later gains nothing.
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

/** The IP address in a URL, in any spelling (`0x7f.1`, `2130706433`, `[::ffff:7f00:1]`); URL makes them one. */
export const addressIn = ({ hostname }: URL): string | undefined => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) ? bare : undefined;
};
