// npm run bench:notify: how many changes a second a fast endpoint is told, and how soon after their commit.
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../test/support/hub.ts';
import { type Received, startReceiver } from '../../test/support/receiver.ts';
import { startBenchHub } from '../hub.ts';
import { SHOP } from '../loop/remotes.ts';
import { readOptions } from '../options.ts';
import { createPoster } from '../post.ts';
import { percentile, progress } from '../report.ts';
import { paidOrder, sign } from '../scopio-event.ts';

const options = readOptions('bench:notify', {
  orders: ['N', 'orders whose changes wait while the endpoint is paused', 1000],
  rate: ['N', 'changes a second that are told as they come', 100],
  seconds: ['N', 'for how long', 10],
  json: ['the results for machines'],
});

/** The changes of an order that the seller ships: created, released. */
const CHANGES = 2;

await main();
process.exit();

async function main(): Promise<void> {
  const { orders, rate, seconds, json } = options;
  const arrivals: Array<{ at: number; committed: number }> = [];
  const receiver = await startReceiver((received) => {
    arrivals.push({ at: Date.now(), committed: committedAt(received) });
    return 204;
  });
  const erp = {
    id: 'erp',
    url: receiver.url,
    secrets: { signingSecret: `whsec_${Buffer.alloc(32).toString('base64')}` },
  };
  const hub = await startBenchHub({ remotes: 'http://127.0.0.1:9', shedShips: false, endpoints: [erp] });
  const { post, close } = createPoster(8);
  let count = 0;
  const sell = (): Promise<number> => {
    const body = paidOrder(`n${count++}`);
    return post(`${hub.url}/webhooks/scopio/${SHOP}/order-paid`, body, { 'x-scopio-signature': sign(body) });
  };
  const arrived = (expected: number) =>
    eventually(() => arrivals.length >= expected, `${expected} changes told`, 300_000);
  const act = (name: string) => hub.send('POST', `/endpoints/erp/${name}`);

  progress('a backlog');
  await act('pause');
  for (let sold = 0; sold < orders; sold += 8) await Promise.all(Array.from({ length: 8 }, sell));
  const waiting = count * CHANGES;
  await eventually(async () => (await lag(hub)) >= waiting, 'all changes in the feed', 300_000);
  await act('resume');
  await arrived(waiting);
  const [first, last] = [arrivals[0]?.at ?? 0, arrivals.at(-1)?.at ?? 0];
  const perSecond = (arrivals.length * 1000) / Math.max(1, last - first);

  progress('as they come');
  const before = arrivals.length;
  for (let tick = 0; tick < seconds * 10; tick++) {
    const next = sleep(100);
    await Promise.all(Array.from({ length: Math.round(rate / CHANGES / 10) }, sell));
    await next;
  }
  await arrived(count * CHANGES);
  const waits = arrivals.slice(before).map(({ at, committed }) => at - committed);
  const [p50Ms, p99Ms] = [percentile(waits, 0.5), percentile(waits, 0.99)];
  const result = { backlog: waiting, perSecond, rate, told: waits.length, p50Ms, p99Ms };
  progress('');
  console.log(
    json
      ? JSON.stringify(result, null, 2)
      : `${perSecond.toFixed(0)} changes a second of a backlog of ${waiting}\n` +
          `at ${rate} a second: p50 ${result.p50Ms} ms from commit to arrival, p99 ${result.p99Ms} ms (${waits.length} changes)`,
  );
  close();
  await hub.stop();
  await receiver.close();
}

function committedAt({ body }: Pick<Received, 'body'>): number {
  return Date.parse(JSON.parse(body).data.occurredAt);
}

async function lag({ get }: Awaited<ReturnType<typeof startBenchHub>>): Promise<number> {
  const { endpoints } = await get<{ endpoints: Array<{ lagEntries: number }> }>('/endpoints');
  return endpoints[0]?.lagEntries ?? 0;
}
