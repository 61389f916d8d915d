import { DeliveryDue } from '#events/delivery-due';
import { EndpointBehind } from '#events/endpoint-behind';
import type { Present } from '#lib/changes/profiles';
import { HUB, notify } from '#lib/changes/push';
import { deliveryQueue, ENDPOINT } from '#lib/platform/names';
import { consume } from '#lib/platform/queue/consume';
import * as z from '#lib/platform/zod';

export const handler = consume(deliveryQueue(ENDPOINT), z.union([EndpointBehind, DeliveryDue]), (due) =>
  notify(due, { ...HUB, present }),
);

/** Shows orders as the API does, with code that is loaded only for an endpoint that is sent whole orders. */
const present: Present = async (orders) => (await import('#lib/api/present-order')).presentSummaries(orders);
