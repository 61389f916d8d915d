import { createHash } from 'node:crypto';
import type { Delivery } from '#lib/deliveries/delivery';
import type { DeliveryFilter } from '#lib/deliveries/delivery-schema';
import { eachDelivery } from '#lib/deliveries/list';
import { reopen } from '#lib/deliveries/reopen';
import { deliveriesOf } from '#lib/orders/store';
import { mayReplay, statesOf } from './collect.ts';

const MAX_MATCHED = 20_000;
const MAX_MS = 15_000;
const SAMPLE = 5;

/** What a replay would ask of a remote. */
export interface Call {
  marketplace: string;
  connection: string;
  action: string;
  count: number;
  probedFirst: number;
}

/** What a replay of this one delivery would do. */
export function matchOne(delivery: Delivery) {
  const calls = new Map<string, Call>();
  count(calls, delivery);
  const digest = createHash('sha256').update(stampOf(delivery)).digest('hex');
  return { matched: 1, complete: true, leftOut: 0, digest, sample: [delivery], calls: [...calls.values()] };
}

/** What a digest has of a delivery: another text in another state. */
const stampOf = ({ id, updatedAt }: Delivery): string => `${id} ${updatedAt}\n`;

/** What a replay of this filter would do; a bounded look that changes nothing. */
export async function matchDeliveries(filter: DeliveryFilter) {
  const deadline = Date.now() + MAX_MS;
  const calls = new Map<string, Call>();
  const sample: Delivery[] = [];
  const digest = createHash('sha256');
  let matched = 0;
  let leftOut = 0;
  let complete = true;
  const among = await deliveriesOf(filter.order);
  for (const state of statesOf(filter)) {
    for await (const delivery of eachDelivery({ ...filter, ...(state && { state }), among })) {
      if (matched === MAX_MATCHED || Date.now() > deadline) {
        complete = false;
        break;
      }
      if (!mayReplay(filter, delivery)) {
        leftOut++;
        continue;
      }
      matched++;
      digest.update(stampOf(delivery));
      if (sample.length < SAMPLE) sample.push(delivery);
      count(calls, delivery);
    }
  }
  return { matched, complete, leftOut, digest: digest.digest('hex'), sample, calls: [...calls.values()] };
}

function count(calls: Map<string, Call>, delivery: Delivery): void {
  const { marketplace, connection, action } = delivery;
  const key = `${connection}\n${action}`;
  const call = calls.get(key) ?? { marketplace, connection, action, count: 0, probedFirst: 0 };
  calls.set(key, call);
  call.count++;
  if (reopen(delivery, '', '').unknown) call.probedFirst++;
}
