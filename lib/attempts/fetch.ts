import { inboundReceived, packJson } from '#events/inbound-body';
import type { Subjects } from '#lib/deliveries/delivery';
import type { Fetched, FetchInput } from '#lib/marketplaces/action';
import { NotYetError } from '#lib/platform/errors';
import type { Job, Work } from './attempt.ts';

/** About as long as a read takes. */
const IN_HAND_MS = 2_000;

/** Reads what an event only named and ingests it like any event: after a crash in between it is read again. */
export const fetch: Job<Subjects['fetch'], FetchInput & Subjects['fetch'], Fetched> = {
  action: ({ fetches }, name) => fetches?.[name],

  async prepare(input, { connection, delivery, hub }) {
    const { unless } = input;
    const isListedKnown = unless !== undefined && (await hub.isKnown(connection, unless));
    const reading = isListedKnown ? 'read' : await hub.findReading(delivery);
    if (reading === 'in_hand')
      throw new NotYetError({ code: 'fetch_in_hand', description: `${input.resource} is being read` }, IN_HAND_MS);
    return reading ? { effects: { description: 'was read meanwhile' } } : { input };
  },

  async after(read, { input: { askedBy } }, work) {
    await ingestRead(read, work, askedBy && { askedBy });
    return {};
  },
};

export async function ingestRead(
  { topic, body }: Fetched,
  { connection, connector, delivery, ingest }: Pick<Work, 'connection' | 'connector' | 'delivery' | 'ingest'>,
  more: Pick<FetchInput & Subjects['fetch'], 'askedBy'> = {},
): Promise<void> {
  const askedAt = delivery.lease?.startedAt;
  const message = inboundReceived({
    connection: connection.id,
    topic,
    receivedBy: 'fetch',
    ...more,
    ...(askedAt && { askedAt }),
    ...packJson(body),
  });
  await ingest(message, async () => connector);
}
