import type { WebhookRejected } from '#events/webhook-rejected';
import { bodyBytes } from '#lib/inbound/read-body';
import { shortHash } from '#lib/platform/hash';
import { tableName } from '#lib/platform/settings';
import { listIndex } from '#lib/platform/table/sharded-index';
import { getItem, type Item, put, queryPartition, transact, type Write } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { log } from '#lib/platform/telemetry/log';

/** A rejected webhook on record: it may be a forgery, so nothing but its admission ever reads the body. */
export interface Quarantined extends Omit<WebhookRejected, 'type'> {
  id: string;
  /** Bytes of the body. */
  size: number;
  admitted: Admission | null;
}

/** Who admitted it when, and why. */
export interface Admission {
  id: string;
  at: string;
  by: string;
  reason: string | null;
}

/** As many of one connection as are kept; the next one takes the place of the oldest. */
export const SLOTS = 200;
const RETENTION_SECONDS = 7 * 24 * 3600;

/** What stands in each slot, so that a copy takes none and nothing but the slots has to be cleaned up. */
interface Ring {
  turn: number;
  ids: string[];
}

const partitionOf = (connection: string): string => `QUARANTINE#${connection}`;
const ringKey = (connection: string) => ({ pk: partitionOf(connection), sk: 'RING' });
const slotKey = (connection: string, slot: number) => ({
  pk: partitionOf(connection),
  sk: `SLOT#${String(slot).padStart(3, '0')}`,
});
const expiryOf = (receivedAt: string): number => Math.floor(Date.parse(receivedAt) / 1000) + RETENTION_SECONDS;

/** Keeps a rejected webhook for a week, or until so many later ones came. A vendor's repetition of it is the same one. */
export async function quarantine({ type: _, ...rejected }: WebhookRejected): Promise<void> {
  const { connection, topic, receivedAt, body, encoding, evidence } = rejected;
  const id = `qtn_${shortHash(connection, topic, body, encoding, JSON.stringify(evidence))}`;
  const kept: Quarantined = { ...rejected, id, size: bodyBytes(rejected).length, admitted: null };
  const isNew = await untilCommitted(`the quarantine of ${connection}`, async () => {
    const ring = await getItem<Ring>(ringKey(connection));
    const { turn, ids } = ring ?? { turn: 0, ids: [] };
    if (ids.includes(id)) return false;
    const slot = turn % SLOTS;
    const moved: Item<Ring> = {
      ...ringKey(connection),
      turn: turn + 1,
      ids: [...ids.slice(0, slot), id, ...ids.slice(slot + 1)],
      expiresAt: expiryOf(receivedAt),
    };
    const unmoved = ring ? put(moved, 'turn = :turn', { ':turn': turn }) : put(moved, 'attribute_not_exists(pk)');
    return (await transact([unmoved, put(itemOf(kept, slot))])) || undefined;
  });
  if (isNew) log.warn('webhook rejected', { connection, topic });
}

const itemOf = (kept: Quarantined, slot: number): Item<Quarantined> => ({
  ...kept,
  ...slotKey(kept.connection, slot),
  timePk: partitionOf(kept.connection),
  timeSk: `${kept.receivedAt}#${kept.id}`,
  expiresAt: expiryOf(kept.receivedAt),
});

interface QuarantineFilter {
  connections: readonly string[];
  limit: number;
  cursor?: string | undefined;
}

/** What is in quarantine, newest first. */
export const listQuarantined = ({ connections, limit, cursor }: QuarantineFilter) =>
  listIndex<Quarantined>({
    index: 'byTime',
    partitions: connections.map(partitionOf),
    limit,
    cursor,
    matches: isKept,
  });

/** All of one connection, oldest first, each with the slot it stands in. */
export async function readQuarantine(connection: string): Promise<Array<Quarantined & { slot: string }>> {
  const items = await queryPartition<Quarantined>(partitionOf(connection), 'SLOT#');
  return items
    .filter(isKept)
    .map(({ pk: _pk, sk, timePk: _tp, timeSk: _ts, expiresAt: _e, ...kept }) => ({ ...kept, slot: sk }) as never)
    .sort((a: Quarantined, b: Quarantined) => (a.receivedAt < b.receivedAt ? -1 : 1));
}

/** DynamoDB deletes what has expired only after a while. */
const isKept = ({ receivedAt }: Quarantined): boolean => expiryOf(receivedAt) * 1000 > Date.now();

/** Notes an admission, unless its slot holds another one by now: then there is nothing left to note it on. */
export const putAdmission = (connection: string, slot: string, id: string, admission: Admission): Write => ({
  Update: {
    TableName: tableName(),
    Key: { pk: partitionOf(connection), sk: slot },
    UpdateExpression: 'SET admitted = :admission',
    ConditionExpression: 'id = :id',
    ExpressionAttributeValues: { ':admission': admission, ':id': id },
  },
});
