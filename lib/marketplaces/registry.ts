import type { MarketplaceInfo, Role } from './manifest.ts';
import { role as marketful } from './marketful/manifest.ts';
import { role as scopio } from './scopio/manifest.ts';
import { role as sellersCommerce } from './sellers-commerce/manifest.ts';
import { role as sello } from './sello/manifest.ts';
import { role as shoppo } from './shoppo/manifest.ts';

/** Every marketplace the hub knows. `load.ts` loads their connectors when one is needed. */
export const registry: readonly Role[] = [marketful, scopio, sellersCommerce, sello, shoppo];

export const marketplaces: readonly MarketplaceInfo[] = registry.map(({ info }) => info);

/** Throws a plain Error for a name that is not registered. */
export function roleOf(name: string): Role {
  const role = registry.find(({ info }) => info.name === name);
  if (!role) throw new Error(`unknown marketplace ${name}`);
  return role;
}
