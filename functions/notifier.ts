import { DeliveryDue } from '#events/delivery-due';
import { EndpointBehind } from '#events/endpoint-behind';
import { presentSummaries } from '#lib/api/present-order';
import { HUB, notify } from '#lib/changes/push';
import { deliveryQueue, ENDPOINT } from '#lib/platform/names';
import { consume } from '#lib/platform/queue/consume';
import * as z from '#lib/platform/zod';

export const handler = consume(deliveryQueue(ENDPOINT), z.union([EndpointBehind, DeliveryDue]), (due) =>
  notify(due, { ...HUB, present: presentSummaries }),
);
