import { inboundReceived, packJson } from '#events/inbound-received';
import type { Delivery } from '#lib/deliveries/delivery';
import type { RemoteContext } from '#lib/marketplaces/action';
import type { Connector } from '#lib/marketplaces/contract';
import { RejectedError } from '#lib/platform/errors';
import type { Done } from './run.ts';

/** Reads the resource and ingests it like any event: a worker that stops in between reads it again. */
export async function runFetch(
  { action, connection, subject }: Delivery,
  connector: Connector,
  remote: RemoteContext,
): Promise<Done> {
  const fetch = connector.actions.fetches?.[action];
  if (!fetch || !subject.resource)
    throw new RejectedError({ code: 'unknown_action', description: `${connector.info.title} has no fetch ${action}` });
  const { topic, body } = await fetch.push(remote, { resource: subject.resource });
  const { askedBy } = subject;
  const message = inboundReceived({
    connection,
    topic,
    receivedBy: 'fetch',
    ...(askedBy && { askedBy }),
    ...packJson(body),
  });
  // Loaded where it is needed: most pushes fetch nothing.
  const { ingest } = await import('#lib/inbound/ingest');
  await ingest(message, async () => connector);
  return { also: [] };
}
