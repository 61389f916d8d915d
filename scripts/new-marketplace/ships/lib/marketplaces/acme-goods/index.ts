import { defineConnector } from '../connector.ts';
import { order } from './actions.ts';
import { role } from './manifest.ts';
import { map } from './map.ts';
import { Secrets, Settings } from './settings.ts';
import { webhook } from './webhook.ts';

/** A shipper: gets orders, tells of their parcels. */
export const connector = defineConnector(role, {
  Secrets,
  Settings,
  webhook,
  pasteHint: 'Acme Goods has no API for webhooks. In its settings, set this as the webhook URL:',
  map,
  actions: { order },
});
