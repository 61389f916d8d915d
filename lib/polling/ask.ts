import type { Connector } from '#lib/marketplaces/contract';
import { tableName } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { db, isConditionFailure } from '#lib/platform/table/table';
import { type Backfill, type Cursor, getCursor } from './cursor.ts';

type Rewind = NonNullable<Connector['rewind']>;

/**
 * Makes a connection due at once and, for a backfill, moves its watermark back; the poller does the rest at its own
 * pace. False while a poller has the cursor, or when one has just moved it: ask again. Without a watermark the next poll
 * reads all anyway.
 */
export async function askForPoll(
  connection: string,
  now: Date,
  backfill?: Backfill & { rewind: Rewind },
): Promise<boolean> {
  const cursor = await getCursor(connection);
  const changes = { lease: null, nextPollAt: now.toISOString(), ...(backfill && rewound(cursor, backfill)) };
  const entries = Object.entries(changes);
  try {
    await db.update({
      TableName: tableName(),
      Key: items.cursor.key({ connection }),
      UpdateExpression: `SET ${entries.map(([name]) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: [
        '(attribute_not_exists(#lease) OR attribute_type(#lease, :null) OR #lease.#until <= :now)',
        ...('watermark' in changes ? ['#watermark = :before'] : []),
      ].join(' AND '),
      ExpressionAttributeNames: {
        '#until': 'until',
        ...Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':now': now.toISOString(),
        ':null': 'NULL',
        ...('watermark' in changes && { ':before': cursor?.watermark }),
        ...Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])),
      },
    });
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

function rewound(cursor: Cursor | undefined, { rewind, ...backfill }: Backfill & { rewind: Rewind }) {
  const watermark = cursor?.watermark ?? null;
  // A page to go on with would skip what lies before it.
  return { backfill, resume: null, ...(watermark !== null && { watermark: rewind(watermark, backfill.since) }) };
}
