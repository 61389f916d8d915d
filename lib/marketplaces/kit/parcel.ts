import type { Connection } from '#lib/connections/connection';
import { BlockedError } from '#lib/platform/errors';
import type { ReportInput } from '../action.ts';
import type { CarrierTable } from '../contract.ts';
import { carrierWord } from './carriers.ts';

/**
 * The sales channel's word for the parcel's carrier, by its connection's settings and its table.
 * Throws BlockedError `carrier_unmapped` that says what to add where; `offered` are the words to choose from.
 */
export function parcelCarrier(
  connection: Connection,
  { carrier, carrierCode, by }: ReportInput['fulfillment'],
  { title, table, offered = Object.values(table) }: { title: string; table: CarrierTable; offered?: readonly string[] },
): string {
  const word = carrierCode === null ? null : carrierWord(table, carrierCode, connection.settings.carriers);
  if (word !== null) return word;
  const description =
    carrierCode === null
      ? `nobody said which carrier "${carrier}" of ${by} is: add "${carrier}": "<canonical code>" to settings.carriers of ${by}`
      : `${title} has no word for carrier ${carrierCode}: add "${carrierCode}": "<one of ${offered.join(', ')}>" to settings.carriers of ${connection.id}`;
  throw new BlockedError({ code: 'carrier_unmapped', description }, 'connection');
}
