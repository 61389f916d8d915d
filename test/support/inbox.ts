import { afterAll, beforeEach, vi } from 'vitest';
import { inboundReceived, packJson } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import type { Connection } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { getEvent, type Hub, type Message } from '#lib/inbound/event';
import { ingest } from '#lib/inbound/ingest';
import type { Change, Connector } from '#lib/marketplaces/contract';
import type { Network } from '#lib/marketplaces/network';
import { roleOf } from '#lib/marketplaces/registry';
import { getOrder } from '#lib/orders/store';
import { ContractError } from '#lib/platform/errors';
import type { Table } from '#lib/platform/table/table';
import { memoryTable } from './memory-table.ts';
import { at, shipmentOf, snapshotOf } from './orders.ts';

const connection = (id: string, marketplace: string): [string, Connection] => [
  id,
  { id, marketplace, baseUrl: 'https://x.example', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
];
export const network: Network = {
  connections: new Map([
    connection('scopio-main', 'scopio'),
    connection('sello-se', 'sello'),
    connection('marketful-mx', 'marketful'),
    connection('shoppo-supply', 'shoppo'),
  ]),
  removed: new Map(),
  endpoints: new Map(),
  routes: [{ from: '*', to: 'marketful-mx' }],
  roleOf,
};

/** A body is what its mapper returns: a change, or a text to throw. */
export const connector = {
  info: { name: 'scopio', title: 'Any' },
  map: ({ body }: { body: Change | string }) => {
    if (typeof body !== 'string') return body;
    throw body === 'contract' ? new ContractError({ code: 'odd', description: 'is odd', field: 'x' }) : new Error(body);
  },
} as unknown as Connector;

/** A hub in memory that ingests messages; each test of the file gets a new one. */
export function useInbox() {
  const inbox = { table: memoryTable(), rung: [] as Delivery[], take, stored, eventOf };
  // Log lines of the events would hide the tests' own output.
  const quiet = (['info', 'warn', 'error', 'log'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => undefined),
  );
  afterAll(() => {
    for (const spy of quiet) spy.mockRestore();
  });
  beforeEach(() => {
    Object.assign(inbox, { table: memoryTable(), rung: [] });
  });

  function take(
    message: Message,
    at: Table = inbox.table,
    attempt?: Hub['attempt'],
    among: Network = network,
  ): Promise<void> {
    const ring = async (deliveries: readonly Delivery[]) => void inbox.rung.push(...deliveries);
    const hub: Hub = { table: at, ring, getNetwork: async () => among, ...(attempt && { attempt }) };
    return ingest(message, async () => connector, hub);
  }
  async function stored(id = 'scopio-main:ord_8f3a') {
    const known = await getOrder(id, inbox.table);
    if (!known) throw new Error(`there is no ${id}`);
    return known;
  }
  async function eventOf({ id }: InboundReceived) {
    const { state, order, error, note } = (await getEvent(id, inbox.table)) ?? {};
    return { state, order, error, note };
  }
  return inbox;
}

export const told = (change: Change | string, more: Partial<InboundReceived> = {}): InboundReceived =>
  inboundReceived({
    ...{ connection: 'scopio-main', topic: 'order', receivedBy: 'webhook', receivedAt: at(1) },
    ...{ ...packJson(change), ...more },
  });
export const order = (changes: Parameters<typeof snapshotOf>[0] = {}): Change => ({
  type: 'order',
  order: snapshotOf(changes),
});
export const shipped = (changes: Parameters<typeof shipmentOf>[0]): Change => ({
  type: 'shipment',
  shipment: shipmentOf(changes),
});
export const fromShed = { connection: 'marketful-mx', topic: 'orden' };
export const JD01 = { carrier: 'DHL', trackingNumber: 'JD01', shippedAt: at(2) };
