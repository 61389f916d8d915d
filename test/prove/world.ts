import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { envName, INBOUND_QUEUE } from '#lib/platform/names';
import { chance } from '#sandbox/aws/faults/chance';
import { FAULTS_VARIABLE } from '#sandbox/aws/faults/index';
import { freePort, type HubProcess, startHubProcess, temporaryFolder } from '../support/hub.ts';
import { createNames, READERS, type Read, readWebhook } from './edges.ts';
import { type Fault, faultOf, planKills } from './faults.ts';
import type { Channel } from './marketplaces/channel.ts';
import { openErp } from './marketplaces/erp.ts';
import { openMarket } from './marketplaces/market.ts';
import { openShed } from './marketplaces/shed.ts';
import type { Shipper } from './marketplaces/shipper.ts';
import { openShop } from './marketplaces/shop.ts';
import { openStore } from './marketplaces/store.ts';
import { openSupply } from './marketplaces/supply.ts';
import { EARLIEST_CHANGE_MS, orderOf, type Sold } from './orders.ts';
import {
  type ChannelId,
  CLOCK,
  type ConnectionId,
  ERP,
  GENEROUS,
  MARKET,
  pollIntervalSeconds,
  SHED,
  SHOP,
  type ShipperId,
  STORE,
  SUPPLY,
  VISIBILITY_SECONDS,
} from './settings.ts';
import { type Call, openWire, type Wire } from './wire.ts';

const TOLD_DELIVERED = 0.25;
/** A change that the hub was not there to hear is told again, as vendors do for hours. */
const REMIND_EVERY_MS = 5000;
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;
/** How many of the orders in a late answer change meanwhile. */
const CHANGES_MEANWHILE = 3;

export type World = Awaited<ReturnType<typeof startWorld>>;

export interface WorldOptions {
  orders: number;
  seed: number;
  kills: number;
}

/** The hub in its own process between three channels and three shippers in this one; all lines have faults. */
export async function startWorld({ orders, seed, kills }: WorldOptions) {
  const port = await freePort();
  const data = temporaryFolder();
  mkdirSync(data, { recursive: true });
  const names = createNames();
  const sold: Sold[] = [];
  const soldAt: number[] = [];
  const calls: Call[] = [];
  const listeners: Array<(call: Call) => void> = [];
  const outages: Array<{ from: number; to: number }> = [];
  /** Numbers in the proof of orders that were changed, and of those whose parcel was told. */
  const changed = new Set<string>();
  const told = new Set<string>();
  const done = new Set<string>();
  /** When the last webhook about each order that the hub accepted was sent. */
  const heardAt = new Map<string, number>();
  const counts = new Map<string, number>();
  const killsLeft = planKills(seed, orders, kills);
  let calm = true;
  let boots = 0;

  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  const decide = (read: Read): Fault | undefined => {
    if (calm) return undefined;
    const killing = killsLeft.get(read.about);
    if (killing?.edge === read.edge) {
      killsLeft.delete(read.about);
      return killing.fault;
    }
    const key = `${read.connection} ${read.edge} ${read.about}`;
    const nth = counts.get(key) ?? 0;
    counts.set(key, nth + 1);
    return faultOf(seed, read, nth);
  };
  const onCall = (call: Call): void => {
    calls.push(call);
    if (call.edge === 'sold' && call.status === 200) heardAt.set(call.about, call.at);
    for (const listen of listeners) listen(call);
  };
  const shared = { decide, onCall, kill: () => killHub() };

  const toHub = await openWire({
    ...shared,
    target: () => `http://127.0.0.1:${port}`,
    read: (_method, path, body) => readWebhook(names, path, body),
  });
  const orderAt = (about: string): Sold | undefined => sold[Number(about)];
  const opening = { seed, names, hooks: `${toHub.url}/webhooks`, later };
  const onTold = (about: string): void => {
    if (told.has(about)) return;
    told.add(about);
    done.add(about);
    const order = orderAt(about);
    const shipper = order && order.shipper !== ERP ? shippers[order.shipper] : undefined;
    later(1500, () => shipper?.deliver?.(about, chance(seed, 'delivered', about) < TOLD_DELIVERED));
  };
  const parcelsOf = (about: string): number => orderAt(about)?.parcels ?? 1;
  const channels: Record<ChannelId, Channel> = {
    [SHOP]: await openShop({ ...opening, onTold }),
    [MARKET]: await openMarket({ ...opening, onTold }),
    [STORE]: await openStore({ ...opening, onTold }),
  };
  const shippers: Record<ShipperId, Shipper> = {
    [SHED]: await openShed({ ...opening, parcelsOf }),
    [SUPPLY]: await openSupply({ ...opening, parcelsOf }),
  };
  for (const sku of Object.values(shippers).flatMap((shipper) => shipper.skus()))
    for (const channel of Object.values(channels)) channel.list?.(sku);
  const remotes: Record<ConnectionId, Channel | Shipper> = { ...channels, ...shippers };

  function change(order: Sold): void {
    const about = String(order.index);
    if (!order.change || changed.has(about)) return;
    changed.add(about);
    if (order.change.what === 'cancel') done.add(about);
    const channel = channels[order.channel];
    channel.change(order, order.change.what);
    if (!channel.remind) return;
    const changedAt = Date.now();
    const remind = () => {
      if ((heardAt.get(about) ?? 0) > changedAt) return;
      channel.remind?.(order);
      later(REMIND_EVERY_MS, remind);
    };
    later(REMIND_EVERY_MS, remind);
  }

  const mayChange = (index: number): boolean => Date.now() - (soldAt[index] ?? 0) >= EARLIEST_CHANGE_MS;

  /** Changes what a late answer holds before it arrives: the answer is outdated then, and must not win. */
  const onLate = ({ connection }: Read, body: string): void => {
    const meanwhile = sold
      .filter((order) => order.channel === connection && order.change && !changed.has(String(order.index)))
      .filter(({ index, externalId }) => mayChange(index) && body.includes(externalId))
      .slice(0, CHANGES_MEANWHILE);
    for (const order of meanwhile) change(order);
  };
  const wires = new Map<ConnectionId, Wire>();
  for (const [id, remote] of Object.entries(remotes) as Array<[ConnectionId, Channel | Shipper]>) {
    const isLarge = (externalId: string): boolean => orderAt(names.of(externalId))?.large ?? false;
    const wire = await openWire({
      ...shared,
      onLate,
      target: () => remote.url,
      read: (method, path, body) => ({
        connection: id,
        ...READERS[id]({ method, url: new URL(path, 'http://wire'), body, names }),
      }),
      ...('dress' in remote && {
        dress: ({ edge }, body) =>
          edge === 'list' || edge === 'read' ? (remote.dress?.(body, isLarge) ?? body) : body,
      }),
    });
    wires.set(id, wire);
  }

  const faultsFile = join(data, 'aws-faults.json');
  const writeFaults = () =>
    writeFileSync(
      faultsFile,
      JSON.stringify({ seed: `${seed}/${boots}`, on: !calm, visibilitySeconds: VISIBILITY_SECONDS }),
    );
  const start = () => {
    boots += 1;
    writeFaults();
    return startHubProcess({
      port,
      data,
      workers: 1,
      connections: {
        connections: Object.entries(remotes).map(
          ([
            id,
            {
              connection: { path = '', ...connection },
            },
          ]) => ({
            ...{ id, requestsPerMinute: GENEROUS, baseUrl: `${wires.get(id as ConnectionId)?.url}${path}` },
            ...connection,
          }),
        ),
        routes: [
          { from: '*', match: { country: 'MX' }, to: SHED },
          { from: '*', match: { skuPrefix: 'SHP-' }, to: SUPPLY },
          { from: '*', to: ERP },
        ],
      },
      env: {
        ...Object.fromEntries(Object.entries(CLOCK).map(([name, value]) => [name, String(value)])),
        POLL_INTERVAL_SECONDS: String(pollIntervalSeconds(orders)),
        [FAULTS_VARIABLE]: faultsFile,
      },
    });
  };
  let hub: HubProcess = await start();
  let restarting: Promise<void> | undefined;
  const erp = openErp(seed, () => hub);

  function killHub(): Promise<void> {
    // Killed while restarting: both count as one death.
    if (restarting) return Promise.resolve();
    const from = Date.now();
    const dead = hub.kill();
    restarting = dead.then(start).then((next) => {
      hub = next;
      outages.push({ from, to: Date.now() });
      restarting = undefined;
    });
    // If the hub does not come back, the next request to it ends the proof.
    restarting.catch(() => undefined);
    return dead;
  }

  return {
    channels,
    shippers,
    erp,
    sold,
    /** Every call on any wire. */
    calls,
    outages,
    /** How many orders are done: their parcel was told, or they were cancelled. */
    countDone: () => done.size,
    hub: () => hub,
    /** Registers a listener for calls, called when each is over. */
    watch: (listener: (call: Call) => void) => void listeners.push(listener),
    sell(index: number): Sold {
      const order = orderOf(seed, index);
      const about = String(index);
      sold.push(order);
      soldAt.push(Date.now());
      // Named before it is placed, as its webhook may be read at once.
      for (const id of [order.externalId, order.id, order.number]) names.know(id, about);
      channels[order.channel].sell(order);
      if (order.shipper === ERP) erp.sell(order);
      if (order.change) later(order.change.afterMs, () => change(order));
      return order;
    },
    killHub,
    /** How many inbound messages are not worked off. */
    async countInbound(): Promise<number> {
      const { environment } = JSON.parse(readFileSync(join(data, 'outputs.json'), 'utf8'));
      const sqs = new SQSClient({
        ...{ region: environment.AWS_REGION, endpoint: environment.AWS_ENDPOINT_URL_SQS },
        credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: 'any' },
      });
      const QueueUrl = environment[envName.queueUrl(INBOUND_QUEUE)];
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      sqs.destroy();
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    },
    /** Switches the faults on or off; what has happened stays. */
    disturb(on: boolean) {
      calm = !on;
      writeFaults();
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      erp.stop();
      await restarting;
      await hub.kill();
      await Promise.all([toHub, ...wires.values()].map((wire) => wire.close()));
      await Promise.all(Object.values(remotes).map((remote) => remote.stop()));
      await sleep(0);
    },
  };
}
