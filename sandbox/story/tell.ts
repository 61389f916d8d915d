import { setTimeout as sleep } from 'node:timers/promises';
import type { Marketplaces } from '../marketplaces/start.ts';
import { breakSomething } from './break-something.ts';
import type { Chapter } from './chapter.ts';
import { createHubClient, type Hub } from './hub-client.ts';
import { narrate } from './narrate.ts';
import { whatToTry } from './what-to-try.ts';

interface Stage {
  hub: string;
  apiKey: string;
  marketplaces: Marketplaces;
  /** Without breaking anything on purpose for the console to show. */
  isQuiet: boolean;
}

/** The first poll that finds what no webhook told may be a minute away. */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 50;

/** Tells what happens to each chapter's order, as the hub's own API shows it; then what to try. */
export async function tellStory({ hub, apiKey, marketplaces, isQuiet }: Stage): Promise<void> {
  const since = Date.now();
  const say = (line: string) => console.log(`  ${((Date.now() - since) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  const client = createHubClient(hub, apiKey);
  let last = '';
  for (const chapter of marketplaces.chapters) {
    last = await tellChapter(chapter, client, say);
    console.log('');
  }
  if (!isQuiet) console.log(await breakSomething(hub, marketplaces));
  console.log(await whatToTry({ hub, apiKey, marketplaces, orderId: last }));
}

/** Tells a chapter to its end, or until `PATIENCE_MS` is over; returns the order's id. */
async function tellChapter(chapter: Chapter, hub: Hub, say: (line: string) => void): Promise<string> {
  const { id, isNew } = chapter.buy();
  console.log(`Sold on ${chapter.channel}, shipped by ${chapter.shipper}${isNew ? '' : ', as the hub remembers it'}`);
  say(chapter.opening);
  const told = new Set<string>();
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const order = await hub.getOrder(id);
    for (const entry of order?.timeline ?? []) {
      const key = JSON.stringify(entry);
      // The timeline may be newer than the order: the parcel will be there at the next look.
      if (!order || (entry.type === 'fulfillment.added' && order.fulfillments.length === 0)) break;
      if (!told.has(key)) narrate(entry, order, chapter).forEach(say);
      told.add(key);
    }
    if (order?.timeline.some(({ type }) => type === chapter.end)) return id;
    if (order) await chapter.ship?.(hub, order);
    await sleep(LOOK_EVERY_MS);
  }
  say(`The story is not over after ${PATIENCE_MS / 1000} s: look at GET /orders/${id}.`);
  return id;
}
