import { ownSku } from '#lib/catalog/product';
import type { OpenPlacement } from '#lib/orders/placements';
import { ContractError, RejectedError } from '#lib/platform/errors';
import type { PollContext, PollPage } from '../contract.ts';
import { unlessRefused } from '../kit/answers.ts';
import { member, textOf } from '../kit/json.ts';
import { isStale, staleItem } from '../kit/stale.ts';
import { countTrouble } from '../kit/trouble.ts';
import { getEvents, getOrder, getStock, getStockByEan, isUnknownItem, mayBe } from './api.ts';
import { eanSet, Settings } from './settings.ts';

/** What a poll reads, in this order. `resume` is a phase, a space, and the last order or SKU read in it. */
const PHASES = ['placement', 'watched', 'sku'] as const;
type Phase = (typeof PHASES)[number];

/** Open placements, then the stock of each SKU. Each call is a page, so a poll that breaks off repeats none. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  const [begun, last] = readResume(context.resume);
  const lastOf = (phase: Phase) => (phase === begun ? last : null);
  if (begun === 'placement') {
    yield* pollPlacements(context, last);
    yield { items: [], resume: 'watched', canWait: true };
  }
  if (begun !== 'sku') yield* pollStock(context, 'watched', watchedAfter(context, lastOf('watched')));
  yield* pollStock(context, 'sku', unwatched(context, lastOf('sku')));
  yield { items: [], resume: null };
}

const resumeAt = (phase: Phase, last: string): string => `${phase} ${last}`;

function readResume(resume: string | null): [Phase, string | null] {
  const [, word, last = null] = /^(\w+)(?: (.*))?$/s.exec(resume ?? '') ?? [];
  return [PHASES.find((phase) => phase === word) ?? 'placement', last];
}

/** Each item carries the placement that was asked for, as the answer may not name it. */
async function* pollPlacements(context: PollContext, after: string | null): AsyncGenerator<PollPage> {
  const trouble = countTrouble();
  for await (const placement of context.openPlacements(after)) {
    const resume = resumeAt('placement', placement.orderId);
    if (isStale(placement, context.now())) {
      yield { items: [staleItem(placement)], resume };
      continue;
    }
    try {
      const body = await unlessRefused(() => readPlacement(context, placement));
      trouble.clear();
      const item = { topic: 'orden', body: { ...(body as object), placement }, placement: placement.number };
      yield { items: body === null ? [] : [item], resume };
    } catch (error) {
      // An answer that shows no order is recorded as unreadable, and the poll goes on.
      const isUnreadable = error instanceof ContractError;
      const isTooMuch = !isUnreadable && trouble.isTooMuch(error);
      yield { items: isUnreadable ? [{ topic: 'orden', body: { orden: null, placement } }] : [], resume };
      if (isTooMuch) throw error;
    }
  }
}

/** By its id, or its number: the id that the placement was answered with may be of something else. */
async function readPlacement(context: PollContext, { remoteId, channel, number }: OpenPlacement): Promise<unknown> {
  const answer = remoteId === null ? null : await unlessRefused(() => getEvents(context, remoteId));
  const orden = member(answer, 'orden');
  if (answer !== null && mayBe(orden, number)) return answer;
  const found = await unlessRefused(() => getOrder(context, channel, number));
  // Unknown by its number: it may be spelled in a way of Marketful's own.
  return found ?? (['', remoteId].includes(textOf(member(orden, 'id'))) ? answer : null);
}

async function* pollStock(
  context: PollContext,
  phase: Phase,
  skus: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<PollPage> {
  const trouble = countTrouble();
  for await (const sku of skus) {
    try {
      const body = await readStock(context, sku);
      trouble.clear();
      // An answer by EAN has no SKU, and one by SKU has Marketful's own.
      const items = body === null ? [] : [{ topic: 'stock', body: { ...body, sku } }];
      yield { items, resume: resumeAt(phase, sku), canWait: true };
    } catch (error) {
      if (!trouble.isTooMuch(error)) continue;
      // Those that fail each time would otherwise hold up the others at each poll.
      yield { items: [], resume: resumeAt(phase, sku), canWait: true };
      throw error;
    }
  }
}

/**
 * By SKU, as orders are placed, or by EAN if Marketful knows only that. If it knows neither: none of what it once had,
 * null for what it never had.
 */
async function readStock(context: PollContext, sku: string): Promise<object | null> {
  let isGone = true;
  const unlessUnknown = (read: Promise<object>) =>
    read.catch((error: unknown) => {
      if (!(error instanceof RejectedError)) throw error;
      isGone &&= isUnknownItem(error);
      return null;
    });
  const set = eanSet(context.connection, sku);
  const bySet = set === undefined ? null : await unlessUnknown(getStockByEan(context, set));
  const found = bySet ?? (await unlessUnknown(getStock(context, ownSku(context.connection, sku) ?? sku)));
  if (found !== null) return found;
  const { ean, quantity = 0 } = (await context.findProduct(sku)) ?? {};
  const byEan = ean === undefined || set !== undefined ? null : await unlessUnknown(getStockByEan(context, ean));
  return byEan ?? (isGone && quantity > 0 ? { available_quantity: 0 } : null);
}

function watchedAfter(context: PollContext, last: string | null): string[] {
  const watched = [...watchedOf(context)];
  return watched.slice(last === null ? 0 : watched.indexOf(last) + 1);
}

async function* unwatched(context: PollContext, after: string | null): AsyncGenerator<string> {
  const watched = watchedOf(context);
  for await (const sku of context.skus(after)) if (!watched.has(sku)) yield sku;
}

function watchedOf({ connection }: PollContext): Set<string> {
  const { skus, eans = {} } = Settings.parse(connection.settings);
  return new Set([...Object.keys(skus), ...Object.keys(eans)]);
}
