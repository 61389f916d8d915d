import { BlockList, isIP } from 'node:net';

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. Undefined for anything else. */
function parseSource(text: string): { address: string; prefix: number; type: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', prefix] = /^([\d.a-f:]+?)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0) return undefined;
  const [type, bits] = family === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
  const length = prefix === undefined ? bits : Number(prefix);
  return length <= bits ? { address, prefix: length, type } : undefined;
}

export const isSource = (text: string): boolean => parseSource(text) !== undefined;

/** Whether a webhook may come from this address: any may, where a connection lists none. */
export function isAllowedSource(sources: readonly string[] | undefined, sourceIp: string): boolean {
  if (!sources) return true;
  const allowed = new BlockList();
  for (const source of sources.map(parseSource))
    if (source) allowed.addSubnet(source.address, source.prefix, source.type);
  const family = isIP(sourceIp);
  return family !== 0 && allowed.check(sourceIp, family === 4 ? 'ipv4' : 'ipv6');
}
