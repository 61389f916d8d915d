import type { Connections } from '#lib/api/connection-schema';
import type { Delivery } from '#lib/api/delivery-schema';
import type { ListedKey } from '#lib/api/kit/keys';
import { BUDGET_SPENT } from '#lib/platform/errors';
import type { Api } from './api-client.ts';
import { count, describeOpen, describeSeconds, relativeTime } from './format.ts';

export interface Trouble {
  connection: string;
  trouble: string;
  /** How to fix it. */
  cure: string;
}

/** A poll later than this counts as late: pollers look every minute, and a poll may take a while. */
const PATIENCE_SECONDS = 600;

/** How many blocked deliveries are read: enough to know which connections hold some up. */
const LOOKED_AT = 200;

/** A hub's connections, and what an operator should look at. */
export async function readTroubles(
  api: Pick<Api, 'get'>,
  now: Date,
): Promise<{ hub: Connections; troubles: Trouble[] }> {
  const hub = await api.get('/connections');
  const query = { state: 'blocked', limit: LOOKED_AT };
  const { deliveries } = await api.get('/deliveries', query);
  return { hub, troubles: findTroubles(hub, deliveries, now) };
}

/** What an operator should look at, by what the hub knows of its connections: no marketplace is called. */
export function findTroubles(
  { connections, removed }: Connections,
  blocked: readonly Pick<Delivery, 'connection' | 'waitsFor' | 'cause'>[],
  now: Date,
): Trouble[] {
  const found = connections.flatMap(({ id, awaySince, poll, polledEverySeconds, misses: [latest] }) => {
    const waiting = blocked.filter(({ connection, waitsFor }) => connection === id && waitsFor === 'connection');
    const polledAt = Date.parse(poll.lastPolledAt ?? '');
    const isLate = now.getTime() - polledAt > (polledEverySeconds + PATIENCE_SECONDS) * 1000;
    const isSilent = latest && latest.firstByPoll > 0 && latest.firstByWebhook === 0;
    const troubles: Array<[when: unknown, trouble: string, cure: string]> = [
      [
        awaySince,
        `it is away: it has failed at everything since ${awaySince}`,
        `ask the marketplace, or correct the baseUrl of ${id}; its deliveries wait, and go on by themselves`,
      ],
      [
        // A poll that has used up this minute's requests goes on in the next.
        poll.lastError !== null && poll.lastError !== BUDGET_SPENT,
        `its last poll broke off: ${poll.lastError}`,
        `it is tried again every minute; for http_401 and http_403 put the secrets of ${id} anew, where it cannot be reached correct its baseUrl`,
      ],
      [Number.isNaN(polledAt), 'it has never been polled', `longshore poll --connection ${id}; does its poller run?`],
      [
        isLate,
        `it was last polled ${relativeTime(poll.lastPolledAt, now)}, and should be every ${describeSeconds(polledEverySeconds)}`,
        `longshore poll --connection ${id}; does its poller run?`,
      ],
      [
        waiting[0],
        `${count(waiting.length, 'delivery waits', 'deliveries wait')} for it: ${waiting[0]?.cause?.code}: ${waiting[0]?.cause?.description}`,
        'longshore connections put connections.json, and they run by themselves',
      ],
      [poll.remark, `${poll.remark}`, `correct the settings of ${id}, and longshore connections put connections.json`],
      [
        poll.webhooks?.state === 'lost' || poll.webhooks?.state === 'unreadable',
        poll.webhooks?.state === 'lost'
          ? 'it no longer calls the hub'
          : 'whether it still calls the hub cannot be read',
        `longshore webhooks sync --connection ${id}`,
      ],
      [
        isSilent,
        `its webhooks told of none of the ${latest?.firstByPoll} new orders of the last day`,
        `if longshore quarantine list --connection ${id} has them, put its webhook secret anew; else longshore webhooks sync --connection ${id}`,
      ],
    ];
    return troubles.flatMap(([when, trouble, cure]) => (when ? [{ connection: id, trouble, cure }] : []));
  });
  const left = removed.filter(({ deliveries }) => describeOpen(deliveries) !== 'nothing open');
  return [
    ...found,
    ...left.map(({ id, removedAt, deliveries }) => ({
      connection: id,
      trouble: `it was removed ${relativeTime(removedAt, now)}, and of its deliveries are left ${describeOpen(deliveries)}`,
      cure: `longshore deliveries list --connection ${id}: close or replay them`,
    })),
  ];
}

/** What is wrong with the existing keys. `ops` includes all scopes but `privacy`: with another it is a mistake. */
export function findKeyTroubles(keys: readonly ListedKey[]): Omit<Trouble, 'connection'>[] {
  const tooWide = keys.filter(
    ({ scopes }) => scopes.includes('ops') && scopes.some((scope) => scope !== 'ops' && scope !== 'privacy'),
  );
  const rotated = [...Map.groupBy(keys, ({ name }) => name)].filter(([, same]) => same.length > 1);
  return [
    ...tooWide.map(({ name, scopes }) => ({
      trouble: `${name} may do everything: ${scopes.join(' ')}`,
      cure: `longshore keys create ${name}-narrow --scopes …, hand it over, longshore keys revoke ${name} --yes`,
    })),
    ...rotated.map(([name, same]) => ({
      trouble: `${name} has ${same.length} keys`,
      cure: `once the newest is in use, longshore keys revoke ${name} --older --yes`,
    })),
  ];
}
