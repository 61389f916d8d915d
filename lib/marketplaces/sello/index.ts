import type { Connector } from '../contract.ts';
import { roleOf } from '../registry.ts';
import { fetches, fulfillment, stock } from './actions.ts';
import { map } from './map.ts';
import { poll, rewind } from './poll.ts';
import { requests } from './requests.ts';
import { Secrets, Settings } from './settings.ts';
import { status } from './status.ts';
import { webhook } from './webhook.ts';
import { webhookRegistry } from './webhook-registry.ts';

/** A sales-channel aggregator: tells of orders and products by id, is told of parcels, the delivered status and stock. */
export const connector: Connector = {
  ...roleOf('sello'),
  Secrets,
  Settings,
  webhook,
  webhookRegistry,
  map,
  poll,
  rewind,
  actions: { fulfillment, stock, followUps: { status }, fetches, requests },
};
