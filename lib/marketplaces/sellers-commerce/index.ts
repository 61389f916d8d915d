import type { Connector } from '../contract.ts';
import { rewindInstant } from '../kit/rewind.ts';
import { roleOf } from '../registry.ts';
import { fulfillment, payment, processing, stock } from './actions.ts';
import { map } from './map.ts';
import { poll } from './poll.ts';
import { Secrets, Settings } from './settings.ts';

/** A sales channel that calls nobody: its orders are polled; it is told of parcels, statuses, payments and stock. */
export const connector: Connector = {
  ...roleOf('sellers-commerce'),
  Secrets,
  Settings,
  map,
  poll,
  rewind: rewindInstant,
  actions: { fulfillment, stock, followUps: { processing, payment } },
};
