import { bodyBytes } from '#events/inbound-body';
import type { WebhookRejected } from '#events/webhook-rejected';
import { shortHash } from '#lib/platform/hash';
import { equals, onlyIf, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { across, keysIn, listIndex, type PageAsked } from '#lib/platform/table/sharded-index';
import {
  db,
  expiryOf,
  getItem,
  type Item,
  isWritten,
  put,
  queryPartition,
  transact,
  type Write,
} from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { log } from '#lib/platform/telemetry/log';
import { withoutCodings } from '#lib/platform/text';
import type * as z from '#lib/platform/zod';
import type { Admission, QuarantinedFacts } from './quarantine-schema.ts';

/** A rejected webhook on record. It may be a forgery, so only its admission ever reads the body. */
export type Quarantined = Omit<WebhookRejected, 'type'> & z.infer<typeof QuarantinedFacts>;

/** Its body as it reads: it is kept as it was sent, since that is what its proof is of. */
export const saidIn = ({ codings, ...kept }: Pick<Quarantined, 'body' | 'encoding' | 'codings'>): Buffer =>
  withoutCodings(bodyBytes(kept), codings);

/** How many webhooks of one connection are kept; the next one replaces the oldest. */
export const SLOTS = 200;

/** What each slot holds, so that a copy takes none and there is nothing to clean up but the slots. */
interface Ring {
  turn: number;
  ids: string[];
}

/** Keeps a rejected webhook for a week, or until enough later ones came. A vendor's repetition counts as the same one. */
export async function quarantine({ type: _, ...rejected }: WebhookRejected, table = db): Promise<void> {
  const { connection, topic, receivedAt, body, encoding, evidence } = rejected;
  const id = `qtn_${shortHash(connection, topic, body, encoding, JSON.stringify(evidence))}`;
  const kept: Quarantined = { ...rejected, id, size: bodyBytes(rejected).length, admitted: null };
  const isNew = await untilCommitted(`the quarantine of ${connection}`, async () => {
    const ring = await getItem<Ring>(items.quarantineRing.key({ connection }), table);
    const { turn, ids } = ring ?? { turn: 0, ids: [] };
    if (ids.includes(id)) return false;
    const slot = turn % SLOTS;
    const moved: Item<Ring> = {
      ...items.quarantineRing.key({ connection }),
      turn: turn + 1,
      ids: [...ids.slice(0, slot), id, ...ids.slice(slot + 1)],
      expiresAt: expiryOf(items.quarantineRing, receivedAt),
    };
    const unmoved = ring ? put(moved, 'turn = :turn', { ':turn': turn }) : put(moved, 'attribute_not_exists(pk)');
    return (await transact([unmoved, put(itemOf(kept, slot))], table)) || undefined;
  });
  if (isNew) log.warn('webhook rejected', { connection, topic });
}

const itemOf = (kept: Quarantined, slot: number): Item<Quarantined> => ({
  ...kept,
  ...items.quarantined.key({ connection: kept.connection, slot: `${slot}` }),
  ...keysIn(items.quarantined.byTime, kept),
  expiresAt: expiryOf(items.quarantined, kept.receivedAt),
});

/** What is in quarantine, newest first. */
export const listQuarantined = ({ connections, ...page }: PageAsked & { connections: readonly string[] }) =>
  listIndex<Quarantined>({ ...across(items.quarantined.byTime, connections), ...page, matches: isKept });

/** All of one connection, oldest first, those of one moment by their ids; each with its slot. */
export async function readQuarantine(connection: string, table = db): Promise<Array<Quarantined & { slot: string }>> {
  const { pk } = items.quarantineRing.key({ connection });
  const kept = await queryPartition<Quarantined>(pk, { prefix: items.quarantined.prefix, table });
  return kept
    .filter(isKept)
    .map(({ pk: _pk, sk, timePk: _tp, timeSk: _ts, expiresAt: _e, ...kept }) => ({ ...kept, slot: sk }) as never)
    .sort((a: Quarantined, b: Quarantined) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** Where it stands among those of its connection. */
export const placeOf = ({ receivedAt, id }: Quarantined): string => `${receivedAt} ${id}`;

/** DynamoDB deletes expired items only after a while. */
const isKept = ({ receivedAt }: Quarantined): boolean => expiryOf(items.quarantined, receivedAt) * 1000 > Date.now();

/** Empties a slot, unless it holds another one by now; copies of what was in it are still recognized and not kept. */
export const removeQuarantined = async (connection: string, slot: string, id: string): Promise<void> =>
  void (await isWritten(db.delete({ Key: inSlot(connection, slot), ...onlyIf(equals('id', id)) })));

/** Notes an admission, unless its slot holds another webhook by now. */
export const putAdmission = (connection: string, slot: string, id: string, admission: Admission): Write => ({
  Update: { Key: inSlot(connection, slot), ...setting({ admitted: admission }, equals('id', id)) },
});

const inSlot = (connection: string, slot: string) => ({ pk: items.quarantineRing.key({ connection }).pk, sk: slot });
