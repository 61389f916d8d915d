import { defineConnector } from '../connector.ts';
import { fetches, order } from './actions.ts';
import { role } from './manifest.ts';
import { map } from './map.ts';
import { requests } from './requests.ts';
import { Secrets, Settings } from './settings.ts';
import { webhook } from './webhook.ts';
import { webhookRegistry } from './webhook-registry.ts';

/** A warehouse in Mexico: gets orders to ship; tells of their parcels and of its stock. */
export const connector = defineConnector(role, {
  Secrets,
  Settings,
  webhook,
  webhookRegistry,
  map,
  actions: { order, fetches, requests },
});
