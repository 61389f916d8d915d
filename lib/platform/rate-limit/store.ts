import { db } from '../table/document.ts';
import * as items from '../table/items.ts';
import { getItem } from '../table/read.ts';
import { isWritten, itemMet } from '../table/write.ts';
import type { HeadStart } from './gcra.ts';

/** What is known of the requests of one connection, in milliseconds since 1970. */
export interface State {
  /** The theoretical arrival time of the next request. */
  arrival: number;
  /** When the last on the waitlist comes back. */
  lineEnds: number;
  headStart: HeadStart;
  /** How many different callers have failed since the last success, and when that began; 0: none. */
  failing: number;
  failingSince: number;
  /** When it last came back from being away; 0: never. */
  backSince: number;
  /** When somebody last tried whether it is back; 0: not since it was there. */
  askedAt: number;
}

export const UNKNOWN: State = {
  ...{ arrival: 0, lineEnds: 0, headStart: { ms: 0, at: 0 } },
  ...{ failing: 0, failingSince: 0, backSince: 0, askedAt: 0 },
};

/** The numbers that pace requests. */
type Paced = 'arrival' | 'lineEnds';

/**
 * A change of one number, and what must hold for it. A number that was never written is 0. `headStart` is written as
 * well; `known` is what it must have been before.
 */
export type Change = { headStart?: HeadStart } & (
  | { raise: Paced; to: number; whenBelow: number }
  | { add: Paced; by: number; from: number; upTo: number; lineEndsBy: number; known?: HeadStart }
);

/** Keeps the numbers. A change is atomic, and changes nothing if its condition fails; `state` is what results. */
export interface Store {
  change(connection: string, change: Change): Promise<{ isChanged: boolean; state: State }>;
  read(connection: string): Promise<State>;
  /** Counts a caller that failed, each only once, up to `max`. */
  fail(connection: string, caller: string, now: number, max: number): Promise<void>;
  /** Forgets who failed; false if nobody had. `backSince`: when it came back, if it was away. */
  recover(connection: string, backSince?: number): Promise<boolean>;
  /** True for one caller since `before`. */
  ask(connection: string, now: number, before: number): Promise<boolean>;
}

export function tableStore(table = db): Store {
  const keyOf = (connection: string) => ({ Key: items.budget.key({ connection }) });

  /** False if the condition failed. */
  const update = (connection: string, expression: Omit<Parameters<typeof table.update>[0], 'Key'>) =>
    isWritten(table.update({ ...keyOf(connection), ...expression }));

  return {
    async change(connection, change) {
      try {
        const written = await table.update({
          ...keyOf(connection),
          ...expressionOf(change),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        return { isChanged: true, state: stateOf(written ?? {}) };
      } catch (error) {
        return { isChanged: false, state: stateOf(itemMet(error) ?? {}) };
      }
    },
    read: async (connection) =>
      stateOf((await getItem<Record<string, unknown>>(items.budget.key({ connection }), table)) ?? {}),
    async fail(connection, caller, now, max) {
      await update(connection, {
        UpdateExpression: 'SET failingSince = if_not_exists(failingSince, :now) ADD failing :caller',
        ConditionExpression: 'attribute_not_exists(failing) OR size(failing) < :max',
        ExpressionAttributeValues: { ':now': now, ':caller': new Set([caller]), ':max': max },
      });
    },
    recover: (connection, backSince) =>
      update(connection, {
        UpdateExpression: `REMOVE failing, failingSince, askedAt${backSince ? ' SET backSince = :back' : ''}`,
        ConditionExpression: 'attribute_exists(failing)',
        ...(backSince && { ExpressionAttributeValues: { ':back': backSince } }),
      }),
    ask: (connection, now, before) =>
      update(connection, {
        UpdateExpression: 'SET askedAt = :now',
        ConditionExpression: 'attribute_not_exists(askedAt) OR askedAt <= :before',
        ExpressionAttributeValues: { ':now': now, ':before': before },
      }),
  };
}

/** A number that was never written is 0. */
function stateOf(item: Record<string, unknown>): State {
  const { arrival = 0, lineEnds = 0, failingSince = 0, backSince = 0, askedAt = 0, failing } = item;
  const headStart = { ms: Number(item.headStart ?? 0), at: Number(item.headStartAt ?? 0) };
  return {
    ...{ arrival: Number(arrival), lineEnds: Number(lineEnds), backSince: Number(backSince), askedAt: Number(askedAt) },
    ...{ headStart, failingSince: Number(failingSince), failing: failing instanceof Set ? failing.size : 0 },
  };
}

/**
 * Milliseconds. The table adds decimals exactly, and we read its sums rounded: a change whose condition just holds by
 * our numbers must hold there, or its caller would repeat it for ever.
 */
export const SLACK = 1 / 16;

function expressionOf(change: Change) {
  const also = change.headStart ? ', headStart = :headStart, headStartAt = :headStartAt' : '';
  const noted = change.headStart && { ':headStart': change.headStart.ms, ':headStartAt': change.headStart.at };
  if ('raise' in change)
    return {
      UpdateExpression: `SET ${change.raise} = :to${also}`,
      ConditionExpression: `attribute_not_exists(${change.raise}) OR ${change.raise} < :below`,
      ExpressionAttributeValues: { ':to': change.to, ':below': change.whenBelow + SLACK, ...noted },
    };
  const { add, by, from, upTo, lineEndsBy, known } = change;
  const isKnown = known
    ? ' AND (attribute_not_exists(headStartAt) OR (headStartAt = :knownAt AND headStart = :known))'
    : '';
  return {
    UpdateExpression: `SET ${add} = ${add} + :by${also}`,
    ConditionExpression: `${add} BETWEEN :from AND :upTo AND (attribute_not_exists(lineEnds) OR lineEnds <= :lineEndsBy)${isKnown}`,
    ExpressionAttributeValues: {
      ...{ ':by': by, ':from': from - SLACK, ':upTo': upTo + SLACK, ':lineEndsBy': lineEndsBy + SLACK },
      ...noted,
      ...(known && { ':known': known.ms, ':knownAt': known.at }),
    },
  };
}
