import type { LookupFunction } from 'node:net';
import { expect, test } from 'vitest';
import { addressIn, InsideError, isInside, lookupOutside } from './inside.ts';

const PUBLIC = { loopback: false };
const LOCAL = { loopback: true };

const SPELLINGS = {
  loopback: ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '127.0.0.1.'],
  unspecified: ['0.0.0.0', '0', '[::]'],
  private: ['10.0.0.1', '172.16.5.4', '192.168.1.1', '0xc0a80101', '3232235777', '192.168.257'],
  metadata: ['169.254.169.254', '2852039166', '0xa9fea9fe', '[fe80::1]', '[fd00:ec2::254]'],
  shared: ['100.64.0.1', '100.127.255.254'],
  multicast: ['224.0.0.1', '255.255.255.255', '[ff02::1]'],
  ipv6: ['[::1]', '[fc00::1]', '[fd12:3456::1]', '[2001:db8::1]', '[2001::1]'],
  mapped: ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:10.0.0.1]', '[::127.0.0.1]'],
  translated: ['[64:ff9b::7f00:1]', '[64:ff9b::10.0.0.1]', '[64:ff9b:1::1]', '[2002:7f00:1::]', '[2002:a9fe:a9fe::1]'],
};

test.each(Object.entries(SPELLINGS).flatMap(([kind, all]) => all.map((host) => ({ kind, host }))))(
  'the $kind address $host is inside',
  ({ host }) => {
    expect(isInside(addressIn(new URL(`https://${host}/hooks`)) ?? 'no address', PUBLIC)).toBe(true);
  },
);

test.each(['93.184.216.34', '8.8.8.8', '172.32.0.1', '100.128.0.1', '[2606:4700::1111]', '[2a00:1450:4001::1]'])(
  'the public address %s is not',
  (host) => {
    expect(isInside(addressIn(new URL(`https://${host}`)) ?? '', PUBLIC)).toBe(false);
  },
);

test('on this machine its own addresses may be called, and no others that are inside', () => {
  expect(['127.0.0.1', '127.8.9.1', '::1'].map((each) => isInside(each, LOCAL))).toEqual([false, false, false]);
  expect(['10.0.0.1', '169.254.169.254', 'fd00::1'].map((each) => isInside(each, LOCAL))).toEqual([true, true, true]);
});

const resolvingTo = (...addresses: string[]): LookupFunction =>
  ((_host: string, _options: object, callback: (error: null, found: object) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as never;

const look = (lookup: LookupFunction, all: boolean) =>
  new Promise((resolve, reject) =>
    lookup('erp.example', { all }, (error, found) => (error ? reject(error) : resolve(found))),
  );

test('a name that leads inside is refused, also where only one of its addresses does', async () => {
  const mixed = lookupOutside(PUBLIC, resolvingTo('93.184.216.34', '10.0.0.1'));
  await expect(look(mixed, true)).rejects.toBeInstanceOf(InsideError);
  await expect(look(lookupOutside(PUBLIC, resolvingTo('::ffff:10.0.0.1')), false)).rejects.toThrow('inside');
});

test('a name that leads outside is answered as it was asked for', async () => {
  const lookup = lookupOutside(PUBLIC, resolvingTo('93.184.216.34'));
  expect(await look(lookup, true)).toEqual([{ address: '93.184.216.34', family: 4 }]);
  expect(await look(lookup, false)).toBe('93.184.216.34');
});
