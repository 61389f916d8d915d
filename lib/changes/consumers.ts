import { orNotFound, RejectedError, StateError } from '#lib/platform/errors';
import { equals, onlyIf } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { bare, db, getItem, isWritten, NEW, put, queryPartition } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { WrittenInstant } from '#lib/platform/time';
import type * as z from '#lib/platform/zod';
import type { ConsumerFacts } from './consumer-schema.ts';
import { decodeMarks, EARLIEST, eachPartition, encodeMarks, furthest, type Marks, sinceOf } from './cursor.ts';
import { type Feed, openFeed } from './feed.ts';
import { type Lag, lagOf, marksAt } from './read.ts';

type Consumer = z.infer<typeof ConsumerFacts>;

/** A reader of the feed, by name, and how far it has committed. */
type Stored = Omit<Consumer, keyof Lag> & { version: number };

const NO_PLACE = {
  field: 'to',
  description: 'to: expected earliest, latest, an instant such as 2026-11-20T08:15:00Z, or a cursor of the feed',
};

/** The readers of a table's feed, each with a committed cursor of its own. */
export function openConsumers(table = db, feed: Feed = openFeed(table), now = () => new Date()) {
  const find = async (id: string): Promise<Stored> =>
    orNotFound(await getItem<Stored>(items.consumer.key({ id }), table), 'consumer');

  /** Creates a consumer that begins there; one that exists stays as it is. */
  async function create(id: string, from: string): Promise<Consumer> {
    const at = now().toISOString();
    const committed = encodeMarks(await marksAt(from, feed, now()), now().getTime());
    const stored: Stored = { id, committed, createdAt: at, updatedAt: at, version: 1 };
    await isWritten(table.put(put({ ...stored, ...items.consumer.key({ id }) }, NEW).Put));
    return present(await find(id));
  }

  const move = (id: string, next: (committed: string) => string | Promise<string>): Promise<Consumer> =>
    untilCommitted(`consumer ${id}`, async () => {
      const was = await find(id);
      const committed = await next(was.committed);
      if (committed === was.committed) return present(was);
      const is: Stored = { ...was, committed, updatedAt: now().toISOString(), version: was.version + 1 };
      const Item = { ...is, ...items.consumer.key({ id }) };
      const isMoved = await isWritten(table.put({ Item, ...onlyIf(equals('version', was.version)) }));
      return isMoved ? present(is) : undefined;
    });

  /**
   * Returns the marks. Throws RejectedError `cursor_ahead` for a mark that moves beyond its partition's head: a cursor
   * of another hub, or from before a restore, would skip what comes next.
   */
  async function known(marks: Marks, before: Marks = EARLIEST): Promise<Marks> {
    await eachPartition(async (partition) => {
      const { position = 0, taken = 0 } = marks[partition] ?? {};
      const isNew = position !== before[partition]?.position || taken !== before[partition]?.taken;
      if (isNew && position + Math.min(taken, 1) > ((await feed.head(partition))?.position ?? 0))
        throw new RejectedError({ code: 'cursor_ahead', description: 'the feed is shorter than this cursor' });
    });
    return marks;
  }

  /**
   * Moves the committed cursor forward, in each partition separately; an older cursor moves nothing. Throws StateError
   * `consumer_moved` for a cursor that was read before the consumer was moved by a seek: it would undo that.
   */
  const commit = (id: string, cursor: string): Promise<Consumer> => {
    const read = decodeMarks(cursor);
    const readSince = sinceOf(cursor);
    return move(id, async (committed) => {
      const since = sinceOf(committed);
      if (readSince > 0 && readSince < since)
        throw new StateError({
          code: 'consumer_moved',
          description: `${id} was put elsewhere after this cursor was read, which commits no more: read on from where it stands, without after; or have it begin at this very cursor by a seek`,
        });
      const before = decodeMarks(committed);
      return encodeMarks(await known(furthest(before, read), before), since);
    });
  };

  /** Moves it to an instant or a cursor, even backward. */
  async function seek(id: string, from: string): Promise<Consumer> {
    const isNamed = from === 'earliest' || from === 'latest' || WrittenInstant.safeParse(from).success;
    const marks = isNamed ? await marksAt(from, feed, now()) : await known(decodeMarks(from, NO_PLACE));
    return move(id, (committed) => encodeMarks(marks, Math.max(now().getTime(), sinceOf(committed) + 1)));
  }

  async function remove(id: string): Promise<Consumer> {
    const consumer = await present(await find(id));
    await table.delete({ Key: items.consumer.key({ id }) });
    return consumer;
  }

  async function list(): Promise<Consumer[]> {
    const all = await queryPartition<Stored>(items.consumer.partition(), { table });
    return Promise.all(all.map((item) => present(bare(item))));
  }

  async function present({ id, committed, createdAt, updatedAt }: Stored): Promise<Consumer> {
    return { id, committed, createdAt, updatedAt, ...(await lagOf(decodeMarks(committed), feed, now())) };
  }

  return {
    ...{ create, commit, seek, remove, list },
    get: async (id: string): Promise<Consumer> => present(await find(id)),
    /** The cursor that it has committed. */
    committed: async (id: string): Promise<string> => (await find(id)).committed,
  };
}

export const consumers = openConsumers();
