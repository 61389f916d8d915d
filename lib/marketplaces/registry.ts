import type { Role } from './contract.ts';
import type { MarketplaceInfo } from './info.ts';
import { role as marketful } from './marketful/role.ts';
import { role as scopio } from './scopio/role.ts';
import { role as sellersCommerce } from './sellers-commerce/role.ts';
import { role as sello } from './sello/role.ts';
import { role as shoppo } from './shoppo/role.ts';

/** Every marketplace the hub knows. Their connectors are loaded by `load.ts`, where one is needed. */
export const registry: readonly Role[] = [marketful, scopio, sellersCommerce, sello, shoppo];

export const marketplaces: readonly MarketplaceInfo[] = registry.map(({ info }) => info);

/**
 * Throws a plain Error for a name that is not registered. Connectors come by their own role this way, too: were each to
 * import its file, each role would be a file of its own in a split bundle.
 */
export function roleOf(name: string): Role {
  const role = registry.find(({ info }) => info.name === name);
  if (!role) throw new Error(`unknown marketplace ${name}`);
  return role;
}
