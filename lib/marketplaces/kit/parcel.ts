import { BlockedError } from '#lib/platform/errors';
import type { CarrierTable, PushContext } from '../contract.ts';
import { carrierWord } from './carriers.ts';

/** The parcel that a `fulfillment` reports. */
export function parcelOf({ fulfillment }: PushContext) {
  if (!fulfillment) throw new Error('a fulfillment is pushed without its parcel');
  return fulfillment;
}

/**
 * The sales channel's word for the parcel's carrier, by its connection's settings and its table.
 * Throws BlockedError `carrier_unmapped` that says what to add where; `offered` are the words to choose from.
 */
export function parcelCarrier(
  context: PushContext,
  { title, table, offered = Object.values(table) }: { title: string; table: CarrierTable; offered?: readonly string[] },
): string {
  const { carrier, carrierCode, by } = parcelOf(context);
  const word = carrierCode === null ? null : carrierWord(table, carrierCode, context.connection.settings.carriers);
  if (word !== null) return word;
  const description =
    carrierCode === null
      ? `nobody said which carrier "${carrier}" of ${by} is: add "${carrier}": "<canonical code>" to settings.carriers of ${by}`
      : `${title} has no word for carrier ${carrierCode}: add "${carrierCode}": "<one of ${offered.join(', ')}>" to settings.carriers of ${context.connection.id}`;
  throw new BlockedError({ code: 'carrier_unmapped', description }, 'connection');
}
