import { defineConnector } from '../connector.ts';
import { fulfillment } from './actions.ts';
import { role } from './manifest.ts';
import { map } from './map.ts';
import { Secrets, Settings } from './settings.ts';
import { webhook } from './webhook.ts';

/** A sales channel: tells of paid orders, is told of parcels. */
export const connector = defineConnector(role, {
  Secrets,
  Settings,
  webhook,
  pasteHint: 'Scopio has no API for webhooks. In your seller profile, set this as the Webhook URL:',
  map,
  actions: { fulfillment },
});
