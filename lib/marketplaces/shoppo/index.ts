import { defineConnector } from '../connector.ts';
import { cancel, fetches, order } from './actions.ts';
import { role } from './manifest.ts';
import { map } from './map.ts';
import { requests } from './requests.ts';
import { Secrets, Settings } from './settings.ts';
import { listTickets } from './tickets.ts';
import { webhook } from './webhook.ts';

/** A supplier: gets orders and ships them; tells of products, Skus and what becomes of orders. */
export const connector = defineConnector(role, {
  Secrets,
  Settings,
  webhook,
  pasteHint:
    'Shoppo has no API for notifications. Give your contact there these URLs, one for each, and secrets.notificationToken as the accesstoken to send:',
  map,
  actions: { order, cancel, fetches, requests },
  tickets: listTickets,
});
