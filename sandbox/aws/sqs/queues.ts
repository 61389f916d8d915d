import type { DatabaseSync } from 'node:sqlite';
import { invalidParameter, missingParameter, queueDoesNotExist, queueNameExists, unsupported } from './errors.ts';
import { type Attributes, changeAttributes, describeAttributes, redrivePolicyOf } from './queue-attributes.ts';

const ARN_PREFIX = 'arn:aws:sqs:us-east-1:000000000000:';

export interface Queue {
  name: string;
  arn: string;
  attributes: Attributes;
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
}

export type QueueStore = ReturnType<typeof openQueues>;

/** The queues, in memory and on disk. */
export function openQueues(database: DatabaseSync) {
  const queues = new Map<string, Queue>();
  const upsert = database.prepare(
    'INSERT OR REPLACE INTO queues (name, attributes, tags, created_at, modified_at) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM queues WHERE name = ?');
  for (const row of database.prepare('SELECT * FROM queues ORDER BY name').all()) {
    const name = String(row.name);
    queues.set(name, {
      name,
      arn: ARN_PREFIX + name,
      attributes: JSON.parse(String(row.attributes)) as Attributes,
      tags: JSON.parse(String(row.tags)) as Record<string, string>,
      createdAt: Number(row.created_at),
      modifiedAt: Number(row.modified_at),
    });
  }

  const byArn = (arn: string) => (arn.startsWith(ARN_PREFIX) ? queues.get(arn.slice(ARN_PREFIX.length)) : undefined);
  const exists = (arn: string) => byArn(arn) !== undefined;

  function save(queue: Queue): void {
    const { name, attributes, tags, createdAt, modifiedAt } = queue;
    upsert.run(name, JSON.stringify(attributes), JSON.stringify(tags), createdAt, modifiedAt);
    queues.set(name, queue);
  }

  return {
    byArn,
    all: () => [...queues.values()],
    find(name: unknown): Queue {
      const queue = queues.get(String(name));
      if (!queue) throw queueDoesNotExist();
      return queue;
    },
    /** A queue by its URL, of which only the name counts: the port may change with a restart. */
    byUrl(url: unknown): Queue {
      if (!url) throw missingParameter('QueueUrl');
      return this.find(String(url).split('/').at(-1));
    },
    create(name: unknown, attributes: Attributes = {}, tags: Record<string, string> = {}): Queue {
      if (String(name).endsWith('.fifo')) throw unsupported('The local emulator has no FIFO queues.');
      if (typeof name !== 'string' || !/^[\w-]{1,80}$/.test(name))
        throw invalidParameter('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
      const checked = changeAttributes({}, attributes, exists);
      const existing = queues.get(name);
      if (existing) {
        const current = describeAttributes(existing.attributes, () => ({}), ['All']);
        const different = Object.keys(checked).find((key) => checked[key] !== current[key]);
        if (different) throw queueNameExists(different);
        return existing;
      }
      const now = Date.now();
      const queue = { name, arn: ARN_PREFIX + name, attributes: checked, tags, createdAt: now, modifiedAt: now };
      save(queue);
      return queue;
    },
    setAttributes(queue: Queue, changes: Attributes = {}): void {
      queue.attributes = changeAttributes(queue.attributes, changes, exists);
      queue.modifiedAt = Date.now();
      save(queue);
    },
    setTags(queue: Queue, tags: Record<string, string>): void {
      queue.tags = tags;
      save(queue);
    },
    remove(queue: Queue): void {
      remove.run(queue.name);
      queues.delete(queue.name);
    },
    sourcesOf: (target: Queue) =>
      [...queues.values()].filter((queue) => redrivePolicyOf(queue.attributes)?.deadLetterTargetArn === target.arn),
  };
}
