import type { DatabaseSync } from 'node:sqlite';
import type { Message } from './message.ts';

/** A message's group, from its system attributes. */
export const GROUP = `json_extract(system_attributes, '$.MessageGroupId')`;

/**
 * Decides what is next when more is waiting than fits: the oldest message of the group with the fewest in hand; a
 * message without a group is a group of its own. SQS does so only for a noisy group: one with a tenth of what is in
 * hand and 30 messages, or a tenth of the consumers' time.
 */
export function createFairShare(database: DatabaseSync) {
  const nextGroup = database.prepare(`SELECT min(${GROUP}) AS name FROM messages WHERE queue = ? AND ${GROUP} > ?`);
  const inHand = database.prepare(
    `SELECT count(*) AS count FROM messages WHERE queue = ? AND ${GROUP} = ? AND received = 1 AND visible_at > ?`,
  );
  const ofGroup = database.prepare(
    `SELECT * FROM messages WHERE queue = ? AND ${GROUP} = ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ?`,
  );
  const ungrouped = database.prepare(
    `SELECT * FROM messages WHERE queue = ? AND ${GROUP} IS NULL AND visible_at <= ? ORDER BY visible_at, seq LIMIT ?`,
  );

  function* groupsOf(queue: string): Generator<string> {
    for (let name = ''; ; ) {
      const next = nextGroup.get(queue, name)?.name;
      if (typeof next !== 'string') return;
      yield next;
      name = next;
    }
  }

  return (queue: string, now: number, limit: number): Message[] => {
    const alone = ungrouped.all(queue, now, limit) as unknown as Message[];
    const turns = alone.map((message) => ({ message, turn: 0 }));
    for (const group of groupsOf(queue)) {
      const held = Number(inHand.get(queue, group, now)?.count);
      const messages = ofGroup.all(queue, group, now, limit) as unknown as Message[];
      turns.push(...messages.map((message, index) => ({ message, turn: held + index })));
    }
    return turns
      .sort((a, b) => a.turn - b.turn || a.message.visible_at - b.message.visible_at || a.message.seq - b.message.seq)
      .slice(0, limit)
      .map(({ message }) => message);
  };
}
