import { inboundReceived, packJson } from '#events/inbound-body';
import type { Subjects } from '#lib/deliveries/delivery';
import type { Fetched, FetchInput } from '#lib/marketplaces/action';
import type { Job } from './attempt.ts';

/** Reads what an event only named and ingests it like any event: a worker that stops in between reads it again. */
export const fetch: Job<Subjects['fetch'], FetchInput & Subjects['fetch'], Fetched> = {
  action: ({ fetches }, name) => fetches?.[name],

  async prepare(input, { connection, hub }) {
    const { unless } = input;
    const isRead = unless !== undefined && (await hub.isKnown(connection, unless));
    return isRead ? { effects: { description: 'was read meanwhile' } } : { input };
  },

  async after({ topic, body }, { input: { askedBy } }, { connection, connector, delivery, ingest }) {
    const askedAt = delivery.lease?.startedAt;
    const message = inboundReceived({
      connection: connection.id,
      topic,
      receivedBy: 'fetch',
      ...(askedBy && { askedBy }),
      ...(askedAt && { askedAt }),
      ...packJson(body),
    });
    await ingest(message, async () => connector);
    return {};
  },
};
