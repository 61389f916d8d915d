import { defineConnector } from '../connector.ts';
import { fetches, fulfillment, status, stock } from './actions.ts';
import { role } from './manifest.ts';
import { map } from './map.ts';
import { requests, returned } from './requests.ts';
import { Secrets, Settings } from './settings.ts';
import { webhook } from './webhook.ts';
import { webhookRegistry } from './webhook-registry.ts';

/** A sales-channel aggregator: names orders and products by id; is told of parcels, the delivered status and stock. */
export const connector = defineConnector(role, {
  Secrets,
  Settings,
  webhook,
  webhookRegistry,
  map,
  actions: { fulfillment, stock, followUps: { status, returned }, fetches, requests },
});
