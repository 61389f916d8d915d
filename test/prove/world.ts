import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chance } from '#sandbox/aws/faults/chance';
import { FAULTS_VARIABLE } from '#sandbox/aws/faults/index';
import { type MarketfulSandbox, startMarketfulSandbox } from '#sandbox/marketplaces/marketful/index';
import { type ScopioSandbox, startScopioSandbox } from '#sandbox/marketplaces/scopio/index';
import { freePort, type HubProcess, startHubProcess, temporaryFolder } from '../support/hub.ts';
import { type Edge, type Fault, faultOf, parcelsOf, planKills } from './faults.ts';
import { createNames, type Names } from './names.ts';
import { CLOCK, pollIntervalSeconds, SECRETS, SHED, SHOP, VISIBILITY_SECONDS } from './settings.ts';
import { type Call, openWire } from './wire.ts';

const GENEROUS = 1_000_000;
const TOLD_DELIVERED = 0.25;

export interface World {
  scopio: ScopioSandbox;
  marketful: MarketfulSandbox;
  names: Names;
  hub(): HubProcess;
  /** Everything that went over either wire. */
  calls: Call[];
  /** Told of each of them as soon as it is over. */
  watch(listener: (call: Call) => void): void;
  /** When the shed first had an order, by its number. */
  placed: ReadonlyMap<string, number>;
  /** Orders of which the shop was told a parcel, by id. */
  told: ReadonlySet<string>;
  /** From when to when there was no hub. */
  outages: Array<{ from: number; to: number }>;
  /** Ends every fault; what already happened stays. */
  calm(): void;
  killHub(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  orders: number;
  seed: number;
  kills: number;
}

/** The hub in its own process between a shop and a shed that live in this one, all lines with their faults. */
export async function startWorld({ orders, seed, kills }: WorldOptions): Promise<World> {
  const port = await freePort();
  const data = temporaryFolder();
  mkdirSync(data, { recursive: true });
  const names = createNames();
  const calls: Call[] = [];
  const listeners: Array<(call: Call) => void> = [];
  const onCall = (call: Call): void => {
    calls.push(call);
    for (const listen of listeners) listen(call);
  };
  const outages: World['outages'] = [];
  const placed = new Map<string, number>();
  const told = new Set<string>();
  const counts = new Map<string, number>();
  const killsLeft = planKills(seed, orders, kills);
  let calm = false;
  let boots = 0;

  const decide = (edge: Edge, about: string): Fault | undefined => {
    if (calm) return undefined;
    const killing = killsLeft.get(about);
    if (killing?.edge === edge) {
      killsLeft.delete(about);
      return killing.fault;
    }
    const key = `${edge} ${about}`;
    const nth = counts.get(key) ?? 0;
    counts.set(key, nth + 1);
    return faultOf(seed, edge, about, nth);
  };
  const shared = { decide, onCall, kill: () => killHub() };
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  const toHub = await openWire({ ...shared, target: () => `http://127.0.0.1:${port}`, read: names.ofWebhook });
  const hooks = `${toHub.url}/webhooks`;
  const shed = `${hooks}/marketful/${SHED}`;
  const scopio = await startScopioSandbox({
    ...SECRETS,
    webhookUrl: `${hooks}/scopio/${SHOP}/order-paid`,
    retryIntervalMs: 1500,
    requestsPerMinute: GENEROUS,
    seed,
    onEvent(event) {
      if (event.type !== 'order.fulfilled' || told.has(event.orderId)) return;
      told.add(event.orderId);
      const about = names.ofOrder(event.orderId);
      const notify = chance(seed, 'delivered', about) < TOLD_DELIVERED;
      later(1500, () => marketful.report(event.number, { status: 'delivered', notify }));
    },
  });
  const marketful = await startMarketfulSandbox({
    ...SECRETS,
    retryIntervalMs: 1500,
    webhooks: {
      'order/created': `${shed}/order-created/${SECRETS.urlSecret}`,
      'order/updated': `${shed}/order-updated/${SECRETS.urlSecret}`,
      'shipment_event/created': `${shed}/shipment-event-created/${SECRETS.urlSecret}`,
    },
    onEvent(event) {
      if (event.type !== 'order.received') return;
      names.placed(event.number, event.orderId);
      if (!placed.has(event.number)) placed.set(event.number, Date.now());
      const about = names.ofNumber(event.number);
      const parcels = parcelsOf(seed, about);
      for (let parcel = 0; parcel < parcels; parcel++)
        later(30 + chance(seed, 'ship', about, parcel) * 900, () => {
          marketful.ship(event.number, { carrier: 'DHL' });
        });
    },
  });
  const fromHub = (target: string) => openWire({ ...shared, target: () => target, read: names.ofRequest });
  const toScopio = await fromHub(scopio.url);
  const toMarketful = await fromHub(marketful.url);

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
      connections: connectionsFile(toScopio.url, toMarketful.url),
      env: {
        ...Object.fromEntries(Object.entries(CLOCK).map(([name, value]) => [name, String(value)])),
        POLL_INTERVAL_SECONDS: String(pollIntervalSeconds(orders)),
        [FAULTS_VARIABLE]: faultsFile,
      },
    });
  };
  let hub = await start();
  let restarting: Promise<void> | undefined;

  function killHub(): Promise<void> {
    // Killed while it comes back: the one death counts.
    if (restarting) return Promise.resolve();
    const from = Date.now();
    const dead = hub.kill();
    restarting = dead.then(start).then((next) => {
      hub = next;
      outages.push({ from, to: Date.now() });
      restarting = undefined;
    });
    // A hub that does not come back ends the proof, where its next look at the hub is awaited.
    restarting.catch(() => undefined);
    return dead;
  }

  return {
    scopio,
    marketful,
    names,
    hub: () => hub,
    calls,
    watch: (listener) => void listeners.push(listener),
    placed,
    told,
    outages,
    killHub,
    calm() {
      calm = true;
      writeFaults();
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      await restarting;
      await hub.kill();
      await Promise.all([toHub, toScopio, toMarketful].map((wire) => wire.close()));
      await Promise.all([scopio.stop(), marketful.stop()]);
      await sleep(0);
    },
  };
}

function connectionsFile(scopio: string, marketful: string) {
  const { apiKey, webhookSecret, accessToken, userId, urlSecret } = SECRETS;
  return {
    connections: [
      { id: SHOP, marketplace: 'scopio', baseUrl: scopio, secrets: { apiKey, webhookSecret } },
      {
        id: SHED,
        marketplace: 'marketful',
        baseUrl: marketful,
        secrets: { accessToken, userId, webhookSecret: urlSecret },
      },
    ].map((connection) => ({ ...connection, requestsPerMinute: GENEROUS })),
    routes: [
      { from: SHOP, match: { country: 'MX' }, to: SHED },
      { from: '*', to: 'erp' },
    ],
  };
}
