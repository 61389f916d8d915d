import type { ListedKey } from '#lib/api/kit/keys';
import type { Trouble } from './connection-troubles.ts';

/** What is wrong with the keys there are. `ops` includes every scope but `privacy`: a key with both was meant to have the narrow one. */
export function findKeyTroubles(keys: readonly ListedKey[]): Omit<Trouble, 'connection'>[] {
  const tooWide = keys.filter(
    ({ scopes }) => scopes.includes('ops') && scopes.some((scope) => scope !== 'ops' && scope !== 'privacy'),
  );
  const rotated = [...Map.groupBy(keys, ({ name }) => name)].filter(([, same]) => same.length > 1);
  return [
    ...tooWide.map(({ name, scopes }) => ({
      trouble: `${name} may do everything: ${scopes.join(' ')}`,
      cure: `longshore keys create ${name}-narrow --scopes …, hand it over, longshore keys revoke ${name} --yes`,
    })),
    ...rotated.map(([name, same]) => ({
      trouble: `${name} has ${same.length} keys`,
      cure: `once the newest is in use, longshore keys revoke ${name} --older --yes`,
    })),
  ];
}
