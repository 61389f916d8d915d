import fc from 'fast-check';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { RetryableError, ThrottledError } from '#lib/platform/errors';
import type { Table } from '#lib/platform/table/document';
import { shardNumber } from '#lib/platform/table/sharded-index';
import { memoryTable } from '#test/support/memory-table';
import type { Change } from './change-schema.ts';
import { EARLIEST } from './cursor.ts';
import { openEndpointStates } from './endpoint-state.ts';
import { openFeed } from './feed.ts';
import { notifyId } from './notify.ts';
import { HUB, type Hub, pushTo } from './push.ts';
import { readChanges } from './read.ts';

beforeAll(() => {
  for (const level of ['log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
});

const BEGIN = Date.parse('2026-11-20T08:15:00.000Z');
const LONG_AGO = new Date(0).toISOString();
const endpoint: Endpoint = {
  ...{ id: 'erp', url: 'https://erp.example', profile: 'standard-webhooks', types: [], payload: 'thin' },
  since: LONG_AGO,
};
/** Two in one partition of the feed, and two in another. */
const ORDERS = [
  ...Map.groupBy(
    Array.from({ length: 40 }, (_, index) => `shop:${index + 10}`),
    shardNumber,
  ).values(),
].flatMap((orders, index) => (index < 2 ? orders.slice(0, 2) : []));
const change = (order: string, revision: number): Change => ({
  ...{ id: `${order}/${revision}`, type: 'order.changed', order, connection: 'shop', revision },
  ...{ occurredAt: LONG_AGO, changed: [], delivery: null, sku: null },
});
const ofAws = () => Object.assign(new Error('no answer'), { $metadata: {} });
const refused = (code: string) => ({ ok: false, unknown: false, error: new RetryableError({ code, description: '' }) });
const ANSWERS = [
  ...[refused('http_500'), refused('timeout'), refused('http_410')],
  { ...refused('http_429'), error: new ThrottledError({ code: 'http_429', description: '' }, 5) },
] as const;

test('first attempts are in order for each order and none is left out, whoever stalls, fails, loses the lease or dies where', async () => {
  const law = fc.asyncProperty(
    fc.array(fc.constantFrom(...ORDERS), { minLength: 1, maxLength: 24 }),
    fc.infiniteStream(fc.nat(99)),
    fc.integer({ min: 1, max: 3 }),
    async (of, luck, workers) => {
      let isLucky = false;
      const draw = (): number => (isLucky ? 99 : (luck.next().value as number));
      let clock = BEGIN;
      const table = memoryTable();
      const changes = of.map((order, index) => change(order, index));
      /** Ids in the order in which requests left. */
      const sent: string[] = [];
      const opened = new Set<string>();

      /** One life of a worker: a request may stall, fail, or be its last, before or after it is done. */
      const live = (): Promise<void> => {
        const { promise: died, resolve } = Promise.withResolvers<void>();
        let isDead = false;
        const die = () => {
          isDead = true;
          resolve();
        };
        const mayDie = async () => {
          if (draw() < 2) die();
          for (let turns = draw() % 3; turns > 0; turns--) await new Promise(setImmediate);
          // At times, whoever waits is set back by as long as a lease.
          if (draw() < 5) clock += 1000 * draw();
          if (isDead) await new Promise(() => undefined);
        };
        const ask = async <T>(act: () => Promise<T>): Promise<T> => {
          await mayDie();
          if (draw() < 3) throw ofAws();
          const answer = await act();
          await mayDie();
          if (draw() < 2) throw ofAws();
          return answer;
        };
        const mortal: Table = {
          ...table,
          get: (input) => ask(() => table.get(input)),
          query: (input) => ask(() => table.query(input)),
          update: (input) => ask(() => table.update(input)),
        };
        const send = async (id: string) => {
          await mayDie();
          if (draw() < 12) throw ofAws();
          sent.push(id);
          await mayDie();
          return (draw() < 15 && ANSWERS[draw() % ANSWERS.length]) || ({ ok: true, httpStatus: 204 } as const);
        };
        const hub: Hub = {
          ...HUB,
          present: async () => [],
          states: openEndpointStates(mortal),
          now: () => new Date(clock),
          getEndpoints: async () => new Map([['erp', endpoint]]),
          marksAt: async () => EARLIEST,
          readChanges: (wanted) => readChanges(wanted, openFeed(mortal)),
          sendChange: (_endpoint, { id }) => send(id),
          openNotify: (_endpoint, { id }) => ask(async () => void opened.add(id)),
          workFirst: async (delivery) =>
            void (await send(changes.find(({ id }) => notifyId('erp', id) === delivery)?.id ?? delivery)),
          hurry: () => ask(async () => undefined),
          ringEndpoints: () => ask(async () => undefined),
        };
        const [some] = changes;
        const partitions = draw() < 50 ? [shardNumber(some?.order ?? '')] : undefined;
        return Promise.race([pushTo({ endpoint: 'erp', partitions }, hub), died]);
      };

      const states = openEndpointStates(table);
      const feed = openFeed(table, () => new Date(clock));
      const waiting = [...changes];
      const alive = new Set<Promise<void>>();
      for (let round = 0; waiting.length > 0 || !isLucky; round++) {
        for (const each of waiting.splice(0, draw() % 9))
          await feed.append(shardNumber(each.order ?? ''), () => [each], LONG_AGO);
        const life: Promise<void> = live()
          .catch(() => undefined)
          .finally(() => alive.delete(life));
        alive.add(life);
        if (alive.size >= workers) await Promise.race(alive);
        const { paused } = await states.get('erp');
        if (paused)
          await states.take('erp', { paused: null, heldUntil: null, failures: 0, failingSince: null, resumed: true });
        clock += draw() * 100;
        if (round > 9) isLucky = true;
      }
      for (let rest = 0; rest < 4; rest++) {
        clock += 3600_000;
        await live();
      }

      const toldOf = new Set(sent);
      expect(changes.filter(({ id }) => !toldOf.has(id))).toEqual([]);
      for (const order of ORDERS) {
        const firsts = [...new Set(sent)].filter((id) => id.startsWith(`${order}/`));
        expect(firsts).toEqual(changes.flatMap((each) => (each.order === order ? each.id : [])));
      }
    },
  );
  await fc.assert(law, { numRuns: 8, endOnFailure: true });
});
