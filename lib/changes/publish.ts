import type { Product } from '#lib/catalog/product';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Order } from '#lib/orders/order';
import { getOrder } from '#lib/orders/store';
import { shardNumber } from '#lib/platform/table/sharded-index';
import type { Committed } from '#lib/platform/table/stream';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import type { Change } from './change-schema.ts';
import { changeOfDelivery, changeOfProduct, changesOfOrder } from './derive.ts';
import { openFeed } from './feed.ts';
import { writeShared, writeWords } from './words.ts';

/** The clocks of the table and of a publisher may differ by this, and the table tells whole seconds. */
const SKEW_MS = 60_000;

type Publishing = Pick<typeof HUB, 'feed' | 'getOrder'>;

interface Told {
  record: Committed;
  changes: Change[];
}

const HUB = { feed: openFeed(), getOrder, writeWords, writeShared };

/**
 * Turns what was committed into entries of the feed and words to search by; answers the records it could not publish. The
 * stream tells again what a crash cut off: the feed itself says what of it was published.
 */
export async function publish(
  records: readonly Committed[],
  { feed, getOrder, writeWords, writeShared }: typeof HUB = HUB,
): Promise<readonly Committed[]> {
  const told = records.flatMap((record): Told[] => readable(record));
  const sound = told.map(({ record }) => record);
  const byPartition = Map.groupBy(
    told.filter(({ changes }) => changes.length > 0),
    ({ changes: [first] }) => shardNumber(first?.order ?? `${first?.connection}:${first?.sku}`),
  );
  const published = [...byPartition].map(([partition, all]) =>
    orFailed(
      all.map(({ record }) => record),
      publishTo(partition, all, { feed, getOrder }),
    ),
  );
  const found = sound.map((record) => orFailed([record], writeWords(record)));
  return (await Promise.all([...published, ...found, orFailed(sound, writeShared(sound))])).flat();
}

/** The records that work is of where it fails; none where it is done. */
async function orFailed(records: readonly Committed[], work: Promise<void>): Promise<readonly Committed[]> {
  try {
    await work;
    return [];
  } catch (error) {
    log.error('changes could not be published', errorFields(error));
    return records;
  }
}

async function publishTo(partition: number, told: readonly Told[], { feed, getOrder }: Publishing): Promise<void> {
  const changes = told.flatMap((each) => each.changes);
  const unsure = [...new Set(changes.flatMap(({ order, revision }) => (revision === null && order ? order : [])))];
  const revisions = new Map(
    await Promise.all(unsure.map(async (id) => [id, (await getOrder(id))?.revision ?? null] as const)),
  );
  const oldest = Math.min(...told.map(({ record }) => record.at.getTime()));
  await feed.append(
    partition,
    (published) => withRevisions(changes, published, revisions),
    new Date(oldest - SKEW_MS).toISOString(),
  );
}

/** What is told of a delivery has the revision of its order that the feed told of last, so that revisions never go back. */
function withRevisions(
  changes: readonly Change[],
  published: readonly Change[],
  read: ReadonlyMap<string, number | null>,
): Change[] {
  const last = new Map(published.map(({ order, revision }) => [order, revision]));
  return changes.map((change) => {
    const { order } = change;
    const revision = change.revision ?? last.get(order) ?? read.get(order ?? '') ?? null;
    last.set(order, revision);
    return { ...change, revision };
  });
}

/** What cannot be made sense of would hold up all behind it for a day: it is passed over, and an alarm rings. */
function readable(record: Committed): Told[] {
  try {
    return [{ record, changes: changesOf(record) }];
  } catch (error) {
    log.error('a commit could not be told as a change', { key: record.key.pk, ...errorFields(error) });
    emitMetric('RecordsPassedOver', {});
    return [];
  }
}

function changesOf({ key, before, after, at }: Committed): Change[] {
  if (!after) return [];
  switch (key.sk) {
    case 'ORDER':
      return changesOfOrder(before as Order | undefined, after as Order);
    case 'DELIVERY':
      return [changeOfDelivery(before as Delivery | undefined, after as Delivery)].flatMap((change) => change ?? []);
    case 'PRODUCT':
      return [changeOfProduct(after as Product, at)];
    default:
      return [];
  }
}
