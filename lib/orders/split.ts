import { compareText, lastOf } from '#lib/platform/canonical-json';
import { sum } from '#lib/platform/sum';
import {
  compareStamps,
  compareVersions,
  earliestFirst,
  isCancelled,
  levelsOf,
  onePerLine,
  quantitiesOf,
} from './history.ts';
import type { Order, OrderSnapshot, SnapshotHistory, SnapshotLine } from './order.ts';

/*
 * A sales channel may split an order, or merge several. For the hub a line stays with the order that first had it;
 * another order of the channel that has lines of ours is a `part` of our order. What one snapshot says of one of our
 * orders is its `share`.
 */

/** What a snapshot says of one of our orders. */
export interface Share {
  order: string;
  /** The snapshot is of a part: the sales channel keeps lines of `order` in another order of its own. */
  isPart: boolean;
  snapshot: OrderSnapshot;
}

/** The snapshot of the order `id`, divided among our orders that have its lines; unknown lines go to `id`. */
export function shareSnapshot(id: string, snapshot: OrderSnapshot, orderOfLine: ReadonlyMap<string, string>): Share[] {
  const byOrder = Map.groupBy(snapshot.lines, (line) => orderOfLine.get(line.id) ?? id);
  const foreign = [...byOrder].filter(([order]) => order !== id);
  if (foreign.length === 0) return [{ order: id, isPart: false, snapshot }];
  const isWhole = foreign.length === 1 && byOrder.size === 1;
  const parts = foreign.map(([order, lines]) => {
    const amounts = isWhole
      ? snapshot.amounts
      : { fulfillment: 0, tax: taxOf(lines), discount: 0, total: worthOf(lines) };
    return { order, isPart: true, snapshot: { ...snapshot, lines, amounts } };
  });
  const lines = byOrder.get(id);
  if (!lines) return parts;
  const theirs = foreign.flatMap(([, each]) => each);
  const { amounts } = snapshot;
  const own = { ...amounts, tax: Math.max(0, amounts.tax - taxOf(theirs)), total: amounts.total - worthOf(theirs) };
  return [...parts, { order: id, isPart: false, snapshot: { ...snapshot, lines, amounts: own } }];
}

type Parts = Readonly<Record<string, SnapshotHistory>>;

/** An order of the sales channel: the one that ours is named after (`externalId` null) or a part. */
interface Part {
  externalId: string | null;
  history: SnapshotHistory;
}

/** A part with those of its lines that no other part has now. */
type Holding = Part & { lines: SnapshotLine[] };

/**
 * The history of the whole sale. A line is where the latest snapshot has it, so it counts once while it moves; amounts
 * sum over the channel's orders, less what they say of lines that another has. Pure, in any sequence.
 */
export function wholeHistory({ history: original, parts = {} }: Pick<Order, 'history' | 'parts'>): SnapshotHistory {
  if (Object.keys(parts).length === 0) return asItStands(original);
  const all = partsOf(asItStands(original), parts);
  const partOfLine = findPartOfLine(all);
  const holding = all.map((part) => ({
    ...part,
    lines: part.history.snapshot.lines.filter(({ id }) => partOfLine.get(id) === part),
  }));
  const active = holding.filter(({ lines }) => lines.length > 0);
  const cancelled = (active.length > 0 ? active : holding).every(({ history }) => history.snapshot.cancelled);
  const vanished = all
    .flatMap(({ history }) => history.vanished)
    .filter(({ id }) => !partOfLine.has(id))
    .sort((a, b) => compareStamps(b, a));
  // One unpaid order holds back all, as lines are placed together.
  const paid = active.every(({ history }) => history.paid) ? (active[0]?.history.paid ?? null) : null;
  const cancellations = all.flatMap(({ history }) => history.cancelledAt ?? []);
  const cancelledAt = cancelled ? (lastOf(cancellations) ?? null) : null;
  const { lines, stopped } = cancelApart(active, cancelledAt);
  const originals = onePerLine(all.flatMap(({ history }) => history.originals).sort(earliestFirst));
  return {
    ...original,
    snapshot: { ...original.snapshot, cancelled, lines, amounts: sumAmounts(holding) },
    paid: original.paid ?? paid,
    cancelledAt,
    originals,
    ...levelsOf([...all.flatMap(({ history }) => quantitiesOf(history)), ...stopped], originals),
    vanished: onePerLine(vanished),
  };
}

/**
 * The lines of these parts, those of parts that were cancelled at another time than the rest marked as cancelled; and
 * what they lost then, which stays a step of its own.
 */
function cancelApart(active: readonly Holding[], cancelledAt: string | null) {
  const apart = new Set(active.filter(({ history }) => history.cancelledAt !== cancelledAt));
  const lines = active.flatMap((part) =>
    part.history.snapshot.cancelled && apart.has(part)
      ? part.lines.map((line) => ({ ...line, cancelled: true as const }))
      : part.lines,
  );
  const stopped = [...apart].flatMap(({ history: { cancelledAt: version, stands }, lines: held }) =>
    version === null ? [] : held.map(({ id }) => ({ ...stands, version, id, quantity: 0 })),
  );
  return { lines, stopped };
}

/** A history whose snapshot is marked cancelled if the history is, whatever the latest snapshot by itself said. */
function asItStands(history: SnapshotHistory): SnapshotHistory {
  const cancelled = isCancelled(history);
  if (cancelled === history.snapshot.cancelled) return history;
  return { ...history, snapshot: { ...history.snapshot, cancelled } };
}

/** The sales channel's id of the order that has each line now, by line id: the line is reported under it. */
export function externalIdsOf({ externalId, history, parts = {} }: Pick<Order, 'externalId' | 'history' | 'parts'>) {
  const partOfLine = findPartOfLine(partsOf(history, parts));
  return new Map([...partOfLine].map(([line, part]) => [line, part.externalId ?? externalId]));
}

/** The history of one of the sales channel's orders within ours: ours itself, or a part of it. */
export function historyWithin(
  { externalId: own, history, parts = {} }: Pick<Order, 'externalId' | 'history' | 'parts'>,
  externalId: string,
): SnapshotHistory | undefined {
  if (externalId === own) return history;
  return Object.hasOwn(parts, externalId) ? parts[externalId] : undefined;
}

const partsOf = (original: SnapshotHistory, parts: Parts): Part[] => [
  { externalId: null, history: original },
  ...Object.entries(parts)
    .sort(([a], [b]) => compareText(a, b))
    .map(([externalId, history]) => ({ externalId, history: asItStands(history) })),
];

/** Which part has each line: of two that show it, the one with the later snapshot; at a tie, not the original. */
function findPartOfLine(all: readonly Part[]): Map<string, Part> {
  const found = new Map<string, Part>();
  for (const part of all)
    for (const { id } of part.history.snapshot.lines) {
      const known = found.get(id);
      const isLater = !known || compareVersions(part.history.stands, known.history.stands) >= 0;
      if (isLater) found.set(id, part);
    }
  return found;
}

function sumAmounts(holding: readonly Holding[]): OrderSnapshot['amounts'] {
  const held = holding.map(({ history: { snapshot }, lines }) => ({ ...snapshot, held: lines }));
  return {
    fulfillment: sum(held.map(({ amounts }) => amounts.fulfillment)),
    tax: sum(held.map(({ amounts, lines, held }) => amounts.tax - taxOf(lines) + taxOf(held))),
    discount: sum(held.map(({ amounts }) => Math.abs(amounts.discount))),
    total: sum(held.map(({ amounts, lines, held }) => amounts.total - worthOf(lines) + worthOf(held))),
  };
}

/** What lines cost in all, in minor units. */
const worthOf = (lines: readonly SnapshotLine[]): number =>
  sum(lines.map(({ total, unitPrice, quantity }) => total ?? unitPrice * quantity));

/** The tax on lines, where the source tells it by line. */
const taxOf = (lines: readonly SnapshotLine[]): number => sum(lines.map(({ tax = 0 }) => tax));
