import type { Connector } from '../contract.ts';
import { fetch, order, poll } from './actions.ts';
import { carriers } from './carriers.ts';
import { info } from './info.ts';
import { map } from './map.ts';
import { Secrets, Settings } from './settings.ts';
import { webhook } from './webhook.ts';

/** A warehouse in Mexico: is given orders to ship, tells of their parcels. */
export const connector: Connector = { info, Secrets, Settings, webhook, carriers, map, poll, fetch, push: { order } };
