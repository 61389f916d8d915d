import { validationError } from '../aws-error.ts';

const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

/** What one step of a request costs on a table and its indexes. */
export interface Charge {
  table: string;
  units: number;
  indexes: Array<{ name: string; isLocal: boolean; units: number }>;
}

/** Write units for so many bytes: at least one, even without an item. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));

/** Read units for so many bytes; an eventually consistent read takes half. */
export const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);

export type Wanted = 'TOTAL' | 'INDEXES';

/** Reads `ReturnConsumedCapacity` of a request; undefined where it asks for none. */
export function wantedCapacity({ ReturnConsumedCapacity: wanted }: Record<string, unknown>): Wanted | undefined {
  if (wanted === undefined || wanted === null || wanted === 'NONE') return undefined;
  if (wanted === 'TOTAL' || wanted === 'INDEXES') return wanted;
  throw validationError(
    `1 validation error detected: Value '${wanted}' at 'returnConsumedCapacity' failed to satisfy constraint: ` +
      'Member must satisfy enum value set: [INDEXES, TOTAL, NONE]',
  );
}

interface Units {
  CapacityUnits: number;
  ReadCapacityUnits?: number;
  WriteCapacityUnits?: number;
}

/** Charges by table, as an answer shows them; only transactions say which kind of units they are. */
export function describeCapacity(charges: readonly Charge[], wanted: Wanted, kind?: 'Read' | 'Write') {
  const told = (units: number): Units => ({
    CapacityUnits: units,
    ...(kind && { [`${kind}CapacityUnits`]: units }),
  });
  return [...Map.groupBy(charges, ({ table }) => table)].map(([TableName, ofTable]) => {
    const own = sum(ofTable.map(({ units }) => units));
    const indexes = ofTable.flatMap(({ indexes }) => indexes);
    const total = { TableName, ...told(own + sum(indexes.map(({ units }) => units))) };
    if (wanted === 'TOTAL') return total;
    const byName = (isLocal: boolean) => {
      const groups = Map.groupBy(
        indexes.filter((index) => index.isLocal === isLocal),
        ({ name }) => name,
      );
      return Object.fromEntries([...groups].map(([name, parts]) => [name, told(sum(parts.map(({ units }) => units)))]));
    };
    const [local, global] = [byName(true), byName(false)];
    return {
      ...total,
      Table: told(own),
      ...(Object.keys(local).length > 0 && { LocalSecondaryIndexes: local }),
      ...(Object.keys(global).length > 0 && { GlobalSecondaryIndexes: global }),
    };
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
