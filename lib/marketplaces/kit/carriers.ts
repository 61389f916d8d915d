import type { Connection } from '#lib/connections/connection';
import { BlockedError } from '#lib/platform/errors';
import type { ReportInput } from '../action.ts';
import type { CarrierTable } from '../manifest.ts';
import { entryFor, same } from './tables.ts';

/**
 * The canonical code for a shipper's name of a carrier, without regard to case; null if nobody said what it means.
 * `added` is the connection's `settings.carriers`: the shipper's name → canonical code.
 */
export function canonicalCarrier(table: CarrierTable, name: string, added: unknown = {}): string | null {
  const own = lookUp(added, name);
  if (own !== null) return own.toLowerCase();
  return Object.entries(table).find(([, known]) => same(known, name))?.[0] ?? null;
}

/**
 * A sales channel's name for a canonical code; null if it has none, which blocks rather than guesses. `added` is the
 * connection's `settings.carriers`: canonical code → the channel's name.
 */
export function carrierName(table: CarrierTable, code: string, added: unknown = {}): string | null {
  return lookUp(added, code) ?? lookUp(table, code);
}

/**
 * The sales channel's name for the parcel's carrier, by its connection's settings and its table. Throws BlockedError
 * `carrier_unmapped`, which says what to add where; `offered` are the names to choose from.
 */
export function parcelCarrier(
  connection: Connection,
  { carrier, carrierCode, by }: ReportInput['fulfillment'],
  { title, table, offered = Object.values(table) }: { title: string; table: CarrierTable; offered?: readonly string[] },
): string {
  const name = carrierCode === null ? null : carrierName(table, carrierCode, connection.settings.carriers);
  if (name !== null) return name;
  const description =
    carrierCode === null
      ? `nobody said which carrier "${carrier}" of ${by} is: add "${carrier}": "<canonical code>" to settings.carriers of ${by}`
      : `${title} has no word for carrier ${carrierCode}: add "${carrierCode}": "<one of ${offered.join(', ')}>" to settings.carriers of ${connection.id}`;
  throw new BlockedError({ code: CARRIER_UNMAPPED, description }, 'connection');
}

export const CARRIER_UNMAPPED = 'carrier_unmapped';

function lookUp(names: unknown, key: string): string | null {
  const found = entryFor((names ?? {}) as Record<string, unknown>, key);
  return typeof found === 'string' && found !== '' ? found : null;
}
