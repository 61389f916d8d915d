import type { Connector } from './contract.ts';
import type { MarketplaceInfo } from './info.ts';
import { info as marketful } from './marketful/info.ts';
import { info as scopio } from './scopio/info.ts';
import { info as sellersCommerce } from './sellers-commerce/info.ts';
import { info as sello } from './sello/info.ts';
import { info as shoppo } from './shoppo/info.ts';

interface Registered {
  info: MarketplaceInfo;
  load: () => Promise<{ connector: Connector }>;
}

/** Every marketplace the hub knows, one line each. `load` is lazy so that stacks can loop over `info` alone. */
export const registry: readonly Registered[] = [
  { info: marketful, load: () => import('./marketful/index.ts') },
  { info: scopio, load: () => import('./scopio/index.ts') },
  { info: sellersCommerce, load: () => import('./sellers-commerce/index.ts') },
  { info: sello, load: () => import('./sello/index.ts') },
  { info: shoppo, load: () => import('./shoppo/index.ts') },
];

export const marketplaces: readonly MarketplaceInfo[] = registry.map(({ info }) => info);

/** The connector of a marketplace; throws a plain Error for a name that is not registered. */
export async function loadConnector(name: string): Promise<Connector> {
  const entry = registry.find(({ info }) => info.name === name);
  if (!entry) throw new Error(`unknown marketplace ${name}`);
  return (await entry.load()).connector;
}
