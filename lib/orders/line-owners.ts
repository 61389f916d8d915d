import { tableName } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { db, getItem, getItems, isConditionFailure, NEW, put, type Write } from '#lib/platform/table/table';
import type { OrderSnapshot } from './order.ts';
import { orderId } from './order.ts';
import { worthOf } from './parts.ts';

interface Owned {
  line: string;
  order: string;
}

/** What one order of ours is told by a snapshot. */
export interface Share {
  order: string;
  /** Lines of `order` that the sales channel now keeps in another order of its own. */
  isPart: boolean;
  snapshot: OrderSnapshot;
}

/**
 * A line belongs to the order that first had it, whichever order of the sales channel shows it later. Claims the lines
 * nobody has, before the order is written: who crashes between claims the same again.
 */
export async function shareLines(connection: string, snapshot: OrderSnapshot): Promise<Share[]> {
  const id = orderId(connection, snapshot.externalId);
  const lines = snapshot.lines.map((line) => line.id);
  return shareAmong(await claimLines(connection, id, lines), id, snapshot);
}

/** What each order of ours would be told by a snapshot; claims nothing. */
export async function previewShares(connection: string, snapshot: OrderSnapshot): Promise<Share[]> {
  const lines = snapshot.lines.map((line) => line.id);
  return shareAmong(await readOwners(connection, lines), orderId(connection, snapshot.externalId), snapshot);
}

function shareAmong(owners: ReadonlyMap<string, string>, id: string, snapshot: OrderSnapshot): Share[] {
  const byOwner = Map.groupBy(snapshot.lines, (line) => owners.get(line.id) ?? id);
  const foreign = [...byOwner].filter(([owner]) => owner !== id);
  if (foreign.length === 0) return [{ order: id, isPart: false, snapshot }];
  const isWhole = foreign.length === 1 && byOwner.size === 1;
  const parts = foreign.map(([order, lines]) => {
    const amounts = isWhole ? snapshot.amounts : { fulfillment: 0, tax: 0, discount: 0, total: worthOf(lines) };
    return { order, isPart: true, snapshot: { ...snapshot, lines, amounts } };
  });
  const lines = byOwner.get(id);
  if (!lines) return parts;
  const total = snapshot.amounts.total - worthOf(foreign.flatMap(([, theirs]) => theirs));
  return [
    ...parts,
    { order: id, isPart: false, snapshot: { ...snapshot, lines, amounts: { ...snapshot.amounts, total } } },
  ];
}

async function claimLines(connection: string, order: string, lines: readonly string[]): Promise<Map<string, string>> {
  const owners = await readOwners(connection, lines);
  for (const line of lines) if (!owners.has(line)) owners.set(line, await claim(connection, order, line));
  return owners;
}

async function readOwners(connection: string, lines: readonly string[]): Promise<Map<string, string>> {
  const owned = await getItems<Owned>(lines.map((line) => items.orderLine.key({ connection, line })));
  return new Map(owned.map(({ line, order }) => [line, order]));
}

async function claim(connection: string, order: string, line: string): Promise<string> {
  const Item = { line, order, ...items.orderLine.key({ connection, line }) };
  try {
    await db.put({ TableName: tableName(), Item, ConditionExpression: NEW });
    return order;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return (await getItem<Owned>(items.orderLine.key({ connection, line })))?.order ?? order;
  }
}

/** Remembers which order an order of the sales channel is a part of. */
export const putPartOf = (partId: string, order: string): Write =>
  put({ order, ...items.orderPart.key({ id: partId }) });

/** The order that an order of the sales channel is a part of. */
export const findWhole = async (partId: string): Promise<string | undefined> =>
  (await getItem<{ order: string }>(items.orderPart.key({ id: partId })))?.order;
