import type { Connection } from '#lib/connections/connection';
import { marketplaces } from '#lib/marketplaces/registry';
import { type OrderSnapshot, orderId } from '#lib/orders/order';
import { claimShares, previewShares } from '#lib/orders/share-lines';
import type { Share } from '#lib/orders/split';

/** What each order of ours is told by a snapshot, as ingest would have it; only `claims` takes lines nobody has. */
export async function sharesOf(
  { id, marketplace }: Connection,
  snapshot: OrderSnapshot,
  claims: boolean,
): Promise<Share[]> {
  const moves = marketplaces.find(({ name }) => name === marketplace)?.movesLines;
  if (!moves) return [{ order: orderId(id, snapshot.externalId), isPart: false, snapshot }];
  return claims ? claimShares(id, snapshot) : previewShares(id, snapshot);
}
