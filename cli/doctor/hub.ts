import { BUDGET_SPENT } from '#lib/platform/errors';
import type { Synced } from '#lib/webhooks/sync-schema';
import type { Api } from '../api-client.ts';
import { readTroubles } from '../connection-troubles.ts';
import { count, describeSeconds } from '../format.ts';
import { type Check, type Found, orWell, unchecked, well, wrong } from './finding.ts';

export interface Hub {
  api: Pick<Api, 'url' | 'get' | 'post'>;
  /** Milliseconds since 1970, by this machine. */
  now(): number;
}

/** Whether it answers at all, and to which key; the URL is named, for whoever runs this every hour. */
const hub: Check<Hub> = {
  name: 'hub',
  async look({ api }) {
    try {
      const { key } = await api.get('/session');
      return [well(`it answers at ${api.url}, and knows the key "${key}"`)];
    } catch (error) {
      return [wrong((error as Error).message, 'longshore doctor --url <its address> --key <a key with ops>')];
    }
  },
};

/** More than a slow network explains. */
const MAX_SKEW_MS = 5_000;

/** Leases, due times and the order of events depend on both sides' clocks. */
const clock: Check<Hub> = {
  name: 'clock',
  async look({ api, now }) {
    const asked = now();
    const { time } = await api.get('/health');
    const answered = now();
    const skewMs = Date.parse(time) - (asked + answered) / 2;
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    if (Math.abs(skewMs) <= MAX_SKEW_MS + (answered - asked) / 2) return [well("the hub's clock is this machine's")];
    const says = `the hub's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's`;
    return [wrong(says, 'set this machine by NTP (timedatectl set-ntp true); Lambda keeps its own time')];
  },
};

/** What the hub knows of its connections: polls that broke off or never ran, waiting deliveries, silent webhooks. */
const connections: Check<Hub> = {
  name: 'connections',
  async look({ api, now }) {
    const { hub, troubles } = await readTroubles(api, new Date(now()));
    if (hub.connections.length === 0) return [wrong('there are none', 'longshore connections put connections.json')];
    const found = troubles.map(({ connection, trouble, cure }) => wrong(`${connection}: ${trouble}`, cure));
    return orWell(
      found,
      `${count(hub.connections.length, 'connection', 'connections')} polled, none holds anything up`,
    );
  },
};

const ABOUT = { check: 'webhooks' } as const;

/** Whether the marketplaces call this hub; if one has no API for that, only a person can check. */
const webhooks: Check<Hub> = {
  name: 'webhooks',
  async look({ api }) {
    const { connections: all } = await api.get('/connections');
    const calling = all.filter((connection) => connection.webhooks.length > 0);
    const found = calling.map(({ id, awaySince }) =>
      awaySince ? [{ ...ABOUT, state: 'unchecked' as const, says: `${id} is away` }] : lookAt(api, id),
    );
    return (await Promise.all(found)).flat();
  },
};

/** Rate limits, the hub's or the marketplace's: they do not mean that something is wrong with the webhooks. */
const WAITING = new Set([BUDGET_SPENT, 'http_429', 'throttled']);

async function lookAt(api: Hub['api'], id: string): Promise<Found[]> {
  try {
    const path = `/connections/${encodeURIComponent(id)}/webhooks/sync`;
    const { webhooks: steps, marketplace } = await api.post<Synced>(path, { dryRun: true });
    if (steps.some(({ action }) => action === 'paste')) {
      const urls = steps.map(({ url }) => url).join(', ');
      return [unchecked(`${id}: ${marketplace} has no API to ask; it must have ${urls}`)];
    }
    const off = steps.filter(({ action }) => action === 'create' || action === 'remove');
    const standing = steps.filter(({ action }) => action === 'keep').length;
    if (off.length === 0) return [well(`${id}: ${count(standing, 'URL', 'URLs')} registered`)];
    const topics = [...new Set(off.map(({ topic }) => topic ?? 'another'))].join(', ');
    return [wrong(`${id}: not registered as they should be: ${topics}`, `longshore webhooks sync --connection ${id}`)];
  } catch (error) {
    const { message, code = '' } = error as Error & { code?: string };
    if (WAITING.has(code)) return [unchecked(`${id}: it waits for the rate limit (${message}); ask again in a minute`)];
    return [wrong(`${id}: ${message}`, `longshore webhooks sync --connection ${id} --dry-run`)];
  }
}

/** An hour is longer than a system of the seller's is down for a deployment. */
const MAX_LAG_SECONDS = 3600;

/** Consumers of the changes that do not keep up. */
const consumers: Check<Hub> = {
  name: 'consumers',
  async look({ api }) {
    const all = (await api.get('/consumers')).consumers;
    if (all.length === 0) return [];
    const behind = all.filter(({ lagSeconds }) => lagSeconds > MAX_LAG_SECONDS);
    const found = behind.map(({ id, lagSeconds, lagEntries }) =>
      wrong(
        `${id} is ${describeSeconds(lagSeconds)} and ${count(lagEntries, 'change', 'changes')} behind`,
        `see whether that system runs; where there is none any more, longshore consumers delete ${id} --yes`,
      ),
    );
    return orWell(found, `${count(all.length, 'consumer keeps', 'consumers keep')} up`);
  },
};

/** Endpoints that the hub pushes changes to, and that do not accept them. */
const endpoints: Check<Hub> = {
  name: 'endpoints',
  async look({ api, now }) {
    const all = (await api.get('/endpoints')).endpoints;
    if (all.length === 0) return [];
    const found = all.flatMap(({ id, paused, failingSince, lastSuccessAt, lastError, lagSeconds, lagEntries }) => {
      const isLong = lastSuccessAt === null || now() - Date.parse(failingSince ?? '') > MAX_LAG_SECONDS * 1000;
      const behind = `${count(lagEntries, 'change', 'changes')} behind`;
      const [test, resume] = [`longshore endpoints test ${id}`, `longshore endpoints resume ${id}`];
      if (paused)
        return wrong(`${id} is paused (${paused.why}) and ${behind}`, `${test}; once it answers 2xx, ${resume}`);
      if (failingSince && isLong)
        return wrong(
          `${id} has taken nothing since ${failingSince} (${lastError?.code})${lagEntries > 0 ? `, and is ${behind}` : ''}`,
          test,
        );
      if (lagSeconds <= MAX_LAG_SECONDS) return [];
      return wrong(`${id} is ${describeSeconds(lagSeconds)} and ${behind}`, `${test}; see the log of the notifier`);
    });
    return orWell(found, `${count(all.length, 'endpoint is', 'endpoints are')} told`);
  },
};

export const hubChecks: readonly Check<Hub>[] = [hub, clock, connections, webhooks, consumers, endpoints];

/** What waits for a person: no fault of the hub's, but what whoever is told that orders are stuck looks for here first. */
export async function findWaiting(api: Hub['api']): Promise<string[]> {
  const [{ causes, complete }, { events }] = await Promise.all([
    api.get('/deliveries/causes'),
    api.get('/events', { state: 'unreadable', limit: 1 }),
  ]);
  const number = causes.reduce((sum, each) => sum + each.count, 0);
  return [
    ...(number > 0
      ? [
          `${complete ? '' : 'at least '}${count(number, 'delivery waits', 'deliveries wait')} for a person: longshore deliveries causes`,
        ]
      : []),
    ...(events.length > 0 ? ['Something arrived that cannot be read: longshore events list --state unreadable'] : []),
  ];
}
