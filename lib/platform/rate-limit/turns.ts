import { tableName } from '../settings.ts';
import * as items from '../table/items.ts';
import { db, isConditionFailure } from '../table/table.ts';
import type { Pace } from './pace.ts';

/** How a connection's turns stand, in milliseconds since 1970. Both only ever grow. */
export interface Stand {
  /** The theoretical arrival of the next request (GCRA). */
  arrival: number;
  /** When all who were turned away and told to come back will have had their turn. */
  lineEnds: number;
}

export const UNKNOWN: Stand = { arrival: 0, lineEnds: 0 };

interface Asked {
  now: number;
  /** The latest theoretical arrival that is still a turn. */
  latest: number;
  /** Who comes back from the line goes past it; all others wait behind it, unless it left a turn unused. */
  fromLine: boolean;
}

/** Takes as many of `count` turns as there are, in one write; `from` is the theoretical arrival of the first. */
export async function takeTurns(
  connection: string,
  { spacingMs }: Pace,
  count: number,
  { now, latest, fromLine }: Asked,
  known: Stand,
): Promise<{ taken: number; from: number; stand: Stand }> {
  for (let stand = known; ; ) {
    const fits = Math.floor((latest - Math.max(now, stand.arrival)) / spacingMs) + 1;
    const idle = stand.arrival < now;
    const passes = fromLine || stand.lineEnds <= now;
    const taken = Math.min(passes ? count : idle ? 1 : 0, fits);
    if (taken < 1) return { taken: 0, from: 0, stand };
    const more = taken * spacingMs;
    const behindNobody = fromLine ? '' : ' AND (attribute_not_exists(lineEnds) OR lineEnds <= :now)';
    const { stands, found } = idle
      ? await update(connection, 'arrival = :next', 'attribute_not_exists(arrival) OR arrival < :now', {
          ':now': now,
          ':next': now + more,
        })
      : await update(connection, 'arrival = arrival + :more', `arrival BETWEEN :now AND :last${behindNobody}`, {
          ':now': now,
          ':more': more,
          ':last': latest - more + spacingMs,
        });
    if (stands) return { taken, from: stands.arrival - more, stand: stands };
    stand = found;
  }
}

/** Longer than this no line is: a limit that is raised, or a line that was left, is found out by then. */
export const MAX_LINE_MS = 3_600_000;

/** Takes places in line, in one write; `at` is when each is to come back. */
export async function takePlaces(
  connection: string,
  { spacingMs, slackMs }: Pace,
  count: number,
  now: number,
  known: Stand,
): Promise<{ at: number[]; stand: Stand }> {
  const places = (placeOf: (index: number) => number) => Array.from({ length: count }, (_, index) => placeOf(index));
  for (let stand = known; ; ) {
    if (stand.lineEnds > now + MAX_LINE_MS)
      return { at: places(() => now + (MAX_LINE_MS * (1 + Math.random())) / 2), stand };
    const start = Math.max(now, stand.arrival - slackMs);
    const more = count * spacingMs;
    const { stands, found } =
      stand.lineEnds < start
        ? await update(connection, 'lineEnds = :next', 'attribute_not_exists(lineEnds) OR lineEnds < :start', {
            ':start': start,
            ':next': start + more,
          })
        : await update(connection, 'lineEnds = lineEnds + :more', 'lineEnds >= :start', {
            ':start': start,
            ':more': more,
          });
    if (stands) return { at: places((index) => stands.lineEnds - more + index * spacingMs), stand: stands };
    stand = found;
  }
}

/** Nobody leaves before this instant. */
export async function holdTurns(connection: string, { slackMs }: Pace, until: number): Promise<void> {
  await update(connection, 'arrival = :until', 'attribute_not_exists(arrival) OR arrival < :until', {
    ':until': until + slackMs,
  });
}

type Written = { stands: Stand; found?: never } | { stands?: never; found: Stand };

async function update(
  connection: string,
  set: string,
  condition: string,
  values: Record<string, number>,
): Promise<Written> {
  try {
    const stands = await db.update({
      TableName: tableName(),
      Key: items.budget.key({ connection }),
      UpdateExpression: `SET ${set}`,
      ConditionExpression: condition,
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return { stands: { ...UNKNOWN, ...(stands as Partial<Stand>) } };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const { Item = {} } = error as { Item?: Partial<Record<keyof Stand, { N?: string }>> };
    return { found: { arrival: Number(Item.arrival?.N ?? 0), lineEnds: Number(Item.lineEnds?.N ?? 0) } };
  }
}
