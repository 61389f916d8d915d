import { toInstant } from '#lib/platform/time';
import type { Change, InboundBody } from '../contract.ts';
import { readCode } from '../kit/placing.ts';
import { readShape } from '../kit/shape.ts';
import { Placed } from './api.ts';

/** The final statuses. */
const LAST = new Set(['delivered', 'returned', 'cancelled']);

/** Webhook and poll show orders in the same shape. */
export function map({ body }: InboundBody): Change {
  const { id, reference, number, status, parcels = [] } = readShape(Placed, body);
  return {
    type: 'shipment',
    shipment: {
      ...(reference === undefined ? { orderId: null } : readCode(reference)),
      remoteId: id,
      number: number ?? null,
      channel: null,
      parcels: parcels.map(({ carrier, tracking_number: trackingNumber, shipped_at }, index) => ({
        carrier,
        trackingNumber,
        shippedAt: toInstant(shipped_at, `parcels[${index}].shipped_at`),
      })),
      events: [],
      settled: LAST.has(status ?? ''),
    },
  };
}
