import { db } from '../table/document.ts';
import * as items from '../table/items.ts';
import { isConditionFailure } from '../table/write.ts';

/** What is known of the requests of one connection, in milliseconds since 1970. Both only ever grow. */
export interface State {
  /** The theoretical arrival time of the next request. */
  arrival: number;
  /** When the last on the waitlist comes back. */
  lineEnds: number;
}

export const UNKNOWN: State = { arrival: 0, lineEnds: 0 };

/** A change of one number, and what must hold for it. A number that was never written is 0. */
export type Change =
  | { raise: keyof State; to: number; whenBelow: number }
  | { add: keyof State; by: number; from: number; upTo: number; lineEndsBy: number };

/** Keeps the numbers: each change is one step, or changes nothing where it does not hold; `state` is what stands then. */
export interface Store {
  change(connection: string, change: Change): Promise<{ isChanged: boolean; state: State }>;
}

export const tableStore = (table = db): Store => ({
  async change(connection, change) {
    try {
      const written = await table.update({
        Key: items.budget.key({ connection }),
        ...expressionOf(change),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const { arrival, lineEnds } = { ...UNKNOWN, ...(written as Partial<State>) };
      return { isChanged: true, state: { arrival, lineEnds } };
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      const { Item = {} } = error as { Item?: Partial<Record<keyof State, { N?: string }>> };
      const state = { arrival: Number(Item.arrival?.N ?? 0), lineEnds: Number(Item.lineEnds?.N ?? 0) };
      return { isChanged: false, state };
    }
  },
});

function expressionOf(change: Change) {
  if ('raise' in change)
    return {
      UpdateExpression: `SET ${change.raise} = :to`,
      ConditionExpression: `attribute_not_exists(${change.raise}) OR ${change.raise} < :below`,
      ExpressionAttributeValues: { ':to': change.to, ':below': change.whenBelow },
    };
  const { add, by, from, upTo, lineEndsBy } = change;
  return {
    UpdateExpression: `SET ${add} = ${add} + :by`,
    ConditionExpression: `${add} BETWEEN :from AND :upTo AND (attribute_not_exists(lineEnds) OR lineEnds <= :lineEndsBy)`,
    ExpressionAttributeValues: { ':by': by, ':from': from, ':upTo': upTo, ':lineEndsBy': lineEndsBy },
  };
}
