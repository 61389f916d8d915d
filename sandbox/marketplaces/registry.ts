import type { LocalMarketplace } from './local.ts';
import { marketful } from './marketful/local.ts';
import { scopio } from './scopio/local.ts';
import { sellersCommerce } from './sellers-commerce/local.ts';
import { sello } from './sello/local.ts';
import { shoppo } from './shoppo/local.ts';

/** All simulated marketplaces. Their ports are in this order, the chapters of the story in the opposite one. */
export const sandboxes: readonly LocalMarketplace[] = [scopio, marketful, sello, sellersCommerce, shoppo];
