import type { DatabaseSync } from 'node:sqlite';
import { createFairShare } from './fair-share.ts';
import type { Message } from './message.ts';

export type NewMessage = Pick<
  Message,
  'queue' | 'id' | 'body' | 'attributes' | 'system_attributes' | 'sent_at' | 'visible_at'
>;

interface Counts {
  visible: number;
  inFlight: number;
  delayed: number;
}

export type MessageStore = ReturnType<typeof openMessages>;

/** The statements on messages. */
export function openMessages(database: DatabaseSync) {
  const insert = database.prepare(
    `INSERT INTO messages (seq, queue, id, body, attributes, system_attributes, sent_at, visible_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const visible = database.prepare(
    'SELECT * FROM messages WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ?',
  );
  const receive = database.prepare(
    `UPDATE messages SET visible_at = ?, receives = receives + 1, received = 1,
     first_received_at = coalesce(first_received_at, ?) WHERE seq = ?`,
  );
  const move = database.prepare(
    'UPDATE messages SET queue = ?, visible_at = ?, received = 0, system_attributes = ? WHERE seq = ?',
  );
  const release = database.prepare(
    `UPDATE messages SET queue = ?, visible_at = ?, sent_at = ?, received = 0, receives = 0, first_received_at = NULL,
     system_attributes = ? WHERE seq = ?`,
  );
  const removeOne = database.prepare('DELETE FROM messages WHERE seq = ?');
  const removeReceived = database.prepare('DELETE FROM messages WHERE seq = ? AND queue = ? AND receives = ?');
  const hide = database.prepare(
    `UPDATE messages SET visible_at = ?
     WHERE seq = ? AND queue = ? AND receives = ? AND received = 1 AND visible_at > ?`,
  );
  const removeAll = database.prepare('DELETE FROM messages WHERE queue = ?');
  const nextVisible = database.prepare('SELECT min(visible_at) AS at FROM messages WHERE queue = ? AND visible_at > ?');
  const count = database.prepare(
    `SELECT count(*) FILTER (WHERE visible_at <= ?2) AS visible,
            count(*) FILTER (WHERE visible_at > ?2 AND received = 1) AS inFlight,
            count(*) FILTER (WHERE visible_at > ?2 AND received = 0) AS delayed
     FROM messages WHERE queue = ?1`,
  );
  const fairShare = createFairShare(database);
  let lastSeq = Number(database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM messages').get()?.seq);

  // Microseconds: higher than any number given out by an earlier run, even to messages that are gone.
  function nextSeq(): number {
    lastSeq = Math.max(lastSeq + 1, Date.now() * 1000);
    return lastSeq;
  }

  return {
    add(message: NewMessage): void {
      const { queue, id, body, attributes, system_attributes, sent_at, visible_at } = message;
      insert.run(nextSeq(), queue, id, body, attributes, system_attributes, sent_at, visible_at);
    },
    /** At most `limit` messages that may be handed out: all there are, or a fair share of each group. */
    listVisible(queue: string, now: number, limit: number): Message[] {
      const oldest = visible.all(queue, now, limit) as unknown as Message[];
      const hasGroups = oldest.some(({ system_attributes }) => system_attributes.includes('"MessageGroupId"'));
      return oldest.length < limit || !hasGroups ? oldest : fairShare(queue, now, limit);
    },
    receive: (seq: number, visibleAt: number, now: number) => void receive.run(visibleAt, now, seq),
    /** Moves a message to the dead-letter queue, with its id, age and counts. */
    move: (seq: number, queue: string, now: number, systemAttributes: string) =>
      void move.run(queue, now, systemAttributes, seq),
    /** Moves a message out of the dead-letter queue, as if it were sent now. */
    release: (seq: number, queue: string, now: number, systemAttributes: string) =>
      void release.run(queue, now, now, systemAttributes, seq),
    remove: (seq: number) => void removeOne.run(seq),
    /** Removes the message unless it has been received again. */
    removeReceived: (queue: string, seq: number, receives: number) => void removeReceived.run(seq, queue, receives),
    /** Changes a message's visibility; false unless it is in flight by this very receive. */
    hide: (queue: string, seq: number, receives: number, visibleAt: number, now: number) =>
      hide.run(visibleAt, seq, queue, receives, now).changes === 1,
    removeAll: (queue: string) => void removeAll.run(queue),
    nextVisibleAt: (queue: string, now: number) => (nextVisible.get(queue, now)?.at ?? undefined) as number | undefined,
    count: (queue: string, now: number) => count.get(queue, now) as unknown as Counts,
  };
}
