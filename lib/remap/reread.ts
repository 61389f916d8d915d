import { derive } from '#lib/orders/derive';
import {
  compareStamps,
  earliestFirst,
  historyOf,
  joinPayments,
  lastCancellation,
  levelsOf,
  onePerLine,
  quantitiesOf,
} from '#lib/orders/history';
import type { Order, OrderSnapshot, SnapshotHistory, Stamp } from '#lib/orders/order';
import { checkSnapshot } from '#lib/orders/snapshot';
import { compareText } from '#lib/platform/canonical-json';
import { ContractError } from '#lib/platform/errors';

/**
 * An order whose standing snapshot is read as `snapshot` now; the very order passed in when that is what it says.
 * What other snapshots said stays, and so does a payment. Throws ContractError for a snapshot that makes no valid order,
 * and for one that would have what was placed placed again.
 */
export function rereadOrder(order: Order, snapshot: OrderSnapshot, asOf: string): Order {
  checkSnapshot(snapshot);
  const told = historyOf(snapshot, asOf);
  if (told.stands.hash === order.history.stands.hash) return order;
  refuseRenamedLines(order, snapshot);
  return derive({ ...order, history: replaceStanding(order.history, told) });
}

function replaceStanding(history: SnapshotHistory, told: SnapshotHistory): SnapshotHistory {
  const { stands, snapshot } = history;
  // Later copies of the same content moved the version on.
  const version = compareText(told.stands.version, stands.version) > 0 ? told.stands.version : stands.version;
  const present = new Set(told.snapshot.lines.map(({ id }) => id));
  const dropped = snapshot.lines.map((line) => ({ ...stands, id: line.id, line }));
  const vanished = [...history.vanished, ...dropped].filter(({ id }) => !present.has(id));
  const isKept = ({ hash, id }: Stamp & { id: string }) => hash !== stands.hash || !present.has(id);
  const kept = history.originals.filter(isKept);
  const originals = onePerLine([...kept, ...told.originals].sort(earliestFirst));
  const levels = (history.levels ?? []).filter(({ hash }) => hash !== stands.hash);
  const otherPayment = history.paid?.hash === stands.hash ? null : history.paid;
  return {
    stands: { ...told.stands, version },
    snapshot: { ...told.snapshot, version },
    // A payment is never forgotten, also when it was a misreading: it has had its effect.
    paid: told.paid ? joinPayments(otherPayment, told.paid) : history.paid,
    ...cancellation(history, told),
    originals,
    ...levelsOf([...kept, ...levels, ...quantitiesOf({ ...told, stands: { ...told.stands, version } })], originals),
    vanished: onePerLine(vanished.sort((a, b) => compareStamps(b, a))),
  };
}

/** The cancellation that stands: not what the old reading saw, if the new one does not. */
function cancellation(
  history: SnapshotHistory,
  told: SnapshotHistory,
): Pick<SnapshotHistory, 'cancelledAt' | 'cancelledLast'> {
  if (!told.snapshot.cancelled && history.snapshot.cancelled) return { cancelledAt: null };
  const known = history.cancelledAt;
  const first = told.cancelledAt !== null && (known === null || told.cancelledAt < known) ? told.cancelledAt : known;
  return { cancelledAt: first, ...lastCancellation(history, told) };
}

/** A line whose id alone is another now would look like one that nobody was asked to ship. */
function refuseRenamedLines({ history, parts = {}, routed, fulfillments }: Order, { lines }: OrderSnapshot): void {
  const known = [history, ...Object.values(parts)].flatMap(({ snapshot, vanished }) => [
    ...snapshot.lines,
    ...vanished,
  ]);
  const added = lines.filter(({ id }) => !known.some((line) => line.id === id)).map(({ id }) => id);
  const handled = new Set([...routed, ...fulfillments.flatMap(({ lineItems }) => lineItems.map(({ id }) => id))]);
  const lost = history.snapshot.lines
    .map(({ id }) => id)
    .filter((id) => handled.has(id) && !lines.some((line) => line.id === id));
  if (added.length === 0 || lost.length === 0) return;
  throw new ContractError({
    code: 'lines_renamed',
    description: `line items ${lost.join(', ')} are with whoever ships and would be ${added.join(', ')} now, to be shipped once more`,
    field: 'lines',
  });
}
