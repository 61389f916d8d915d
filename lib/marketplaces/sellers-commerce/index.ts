import { defineConnector } from '../connector.ts';
import { fetches, fulfillment, payment, processing, stock } from './actions.ts';
import { role } from './manifest.ts';
import { map } from './map.ts';
import { Secrets, Settings } from './settings.ts';

/** A sales channel without webhooks: orders are polled; it is told of parcels, statuses, payments and stock. */
export const connector = defineConnector(role, {
  Secrets,
  Settings,
  map,
  actions: { fulfillment, stock, followUps: { processing, payment }, fetches },
});
