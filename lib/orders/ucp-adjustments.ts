import { compareText, sameContent } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import { sum } from '#lib/platform/sum';
import type { UcpAdjustment } from '#lib/ucp/order';
import { earliestFirst } from './history.ts';
import { takerOf } from './line-quantities.ts';
import {
  type LineQuantity,
  type OrderCore,
  type OrderSnapshot,
  returnId,
  type SnapshotLine,
  type Stamp,
} from './order.ts';
import type { CountedLine } from './status.ts';

/**
 * What changed after the sale, each change with an id that never changes and the instant when it was first told, or when
 * its source says that it was. Totals are what the units cost, unless their source tells otherwise;
 * refunds are the sales channel's business, unless it tells of one.
 */
export function buildAdjustments(core: OrderCore, lines: readonly CountedLine[]): UcpAdjustment[] {
  const { snapshot, levels = [] } = core.history;
  const changed = new Set(levels.map(({ id }) => id));
  for (const { line, original, total } of lines) if (original !== total) changed.add(line.id);
  // A source may tell of a cancellation and leave its units in their line.
  const isReduced = (items: readonly LineQuantity[]) => items.length === 0 || items.some(({ id }) => changed.has(id));
  const { cancelled = [], others = [] } = Object.groupBy(snapshot.adjustments ?? [], (told) =>
    told.type === 'cancellation' && told.status === 'completed' && isReduced(told.lineItems) ? 'cancelled' : 'others',
  );
  const returned = returnsOf(core, lines);
  // A return that was completed once stays completed, whatever its source says later.
  const isReturned = new Set(returned.map(({ id }) => id));
  const told = othersOf(core, others, lines).filter(({ id }) => !isReturned.has(id));
  const reduced = [...editsOf(core, lines), ...cancellationOf(core, lines)].map(toAsTold(cancelled));
  return [...reduced, ...returned, ...told].sort(
    (a, b) => compareText(a.occurred_at, b.occurred_at) || compareText(a.id, b.id),
  );
}

type Told = NonNullable<OrderSnapshot['adjustments']>;

/** What came back. The channel and a shipper may tell of the same units. */
function returnsOf({ returns = [] }: OrderCore, lines: readonly CountedLine[]): UcpAdjustment[] {
  const take = takerOf(new Map(lines.map(({ line, original, total }) => [line.id, Math.max(original, total)])));
  return returns.map(({ id, at, lineItems, reason, refund }) => ({
    id: `adj_${id}`,
    type: 'return',
    occurred_at: at,
    status: 'completed',
    line_items: lineItems.flatMap(take).map((line) => ({ id: line.id, quantity: -line.quantity })),
    ...(refund && { totals: [{ type: 'total', amount: 0 - refund.amount }] }),
    ...(reason && { description: reason }),
  }));
}

/** Adjustments of a UCP source, as it tells them. */
function othersOf({ id: order, connection }: OrderCore, told: Told, lines: readonly CountedLine[]): UcpAdjustment[] {
  const ids = new Set(lines.map(({ line }) => line.id));
  return told.map(({ id, at, lineItems, totals, ...adjustment }) => {
    const known = lineItems.filter((line) => ids.has(line.id));
    return {
      id: `adj_${returnId(order, connection, id)}`,
      ...adjustment,
      occurred_at: at,
      ...(known.length > 0 && { line_items: known }),
      ...(totals.length > 0 && { totals: signedOf(totals) }),
    };
  });
}

/** The cancellation of the whole order, if there ever was one, with the units that it took. */
function cancellationOf({ id, history }: OrderCore, lines: readonly CountedLine[]): UcpAdjustment[] {
  const { snapshot, cancelledAt } = history;
  if (cancelledAt === null) return [];
  const stopped = lines
    .filter(({ line, total, vanished }) => snapshot.cancelled && !line.cancelled && !vanished && line.quantity > total)
    .map((counted): [CountedLine, number] => [counted, counted.line.quantity - counted.total]);
  return [adjust(id, ['cancellation'], cancelledAt, stopped, snapshot.cancelled)];
}

/** Gives a cancellation the time and words of its source, and its amounts where the source tells of the same units. */
function toAsTold(told: Told): (adjustment: UcpAdjustment) => UcpAdjustment {
  const used = new Set<string>();
  return (adjustment) => {
    if (adjustment.type !== 'cancellation' || adjustment.status !== 'completed') return adjustment;
    const units = adjustment.line_items ?? [];
    const isOf = (id: string, lineItems: readonly LineQuantity[]) =>
      units.length > 0 &&
      units.every((unit) => !used.has(`${id} ${unit.id}`) && lineItems.some((line) => sameContent(line, unit)));
    const ofAll = told.find(({ lineItems }) => lineItems.length === 0);
    const source = told.find(({ id, lineItems }) => isOf(id, lineItems)) ?? ofAll;
    if (!source) return adjustment;
    for (const { id } of units) used.add(`${source.id} ${id}`);
    const { at, description, totals, lineItems } = source;
    const back = totals.some(({ type, amount }) => type === 'total' && amount <= 0) && signedOf(totals);
    const isAll = back && units.length > 0 && lineItems.length === units.length;
    return { ...adjustment, occurred_at: at, ...(isAll && { totals: back }), ...(description && { description }) };
  };
}

/** An adjustment's totals, without their breakdown where UCP's schema forbids its signs, as of tax paid back. */
const signedOf = <T extends { type: string; amount: number }>(totals: T[]): T[] =>
  totals.every(isAllowed) ? totals : totals.filter(({ type }) => type === 'total');

function isAllowed({ type, amount }: { type: string; amount: number }): boolean {
  if (/^(items_)?discount$/.test(type)) return amount < 0;
  return amount >= 0 || !/^(subtotal|fulfillment|tax|fee)$/.test(type);
}

/** Reductions and additions of single lines. */
function editsOf({ id: order, history: { levels = [], vanished } }: OrderCore, lines: readonly CountedLine[]) {
  const levelsOf = Map.groupBy(levels, ({ id }) => id);
  const goneAt = new Map(vanished.map(({ id, version }) => [id, version]));
  return lines.flatMap((counted) => {
    const { id } = counted.line;
    return editsOfLine(order, counted, levelsOf.get(id) ?? [], goneAt.get(id));
  });
}

/** A quantity of a line, and the quantity that it changed, which is nearer to the original. */
interface Step {
  version: string;
  from: number;
  quantity: number;
}

/** The quantities that a line had besides the original, each as a step from the nearest one told before it. */
const stepsFrom = (original: number, levels: ReadonlyArray<Stamp & { quantity: number }>): Step[] =>
  levels
    .filter(({ quantity }) => quantity !== original)
    .sort(earliestFirst)
    .map(({ quantity, version }, index, all) => {
      const before = [original, ...all.slice(0, index).map((each) => each.quantity)];
      const from =
        quantity < original
          ? Math.min(...before.filter((each) => each > quantity && each <= original))
          : Math.max(...before.filter((each) => each < quantity && each >= original));
      return { quantity, version, from };
    });

/**
 * One adjustment for each quantity that a line ever had besides the original. Those that lead to the present quantity
 * count, and add up to it.
 */
function editsOfLine(
  orderId: string,
  counted: CountedLine,
  levels: ReadonlyArray<Stamp & { quantity: number }>,
  goneAt: string | undefined,
): UcpAdjustment[] {
  const { line, original, total, vanished } = counted;
  const told = stepsFrom(original, levels);
  const leadingTo = (level: number): number[] => {
    const last = told.find(({ quantity }) => quantity === level);
    return last ? [...leadingTo(last.from), level] : [];
  };
  const path = leadingTo(line.quantity);
  const isOff = line.cancelled && line.quantity > 0;
  const isGone = vanished && !line.cancelled && line.quantity > 0 && goneAt !== undefined;
  // What left before a line was cancelled stays on it.
  const unitsOf = ({ quantity, from }: Step): number => {
    if (isOff && quantity === 0) return (path.at(-1) ?? original) - total;
    // A line that began with none has no reduction to none: what was added and is off again was not added.
    if (isOff && original === 0 && path.includes(quantity)) return Math.min(from, total) - Math.min(quantity, total);
    return path.includes(quantity) ? from - quantity : 0;
  };
  return [
    ...told.map((step) => {
      const { quantity, version } = step;
      const units = unitsOf(step);
      const what = ['reduction', line.id, `${quantity}`];
      const edit = adjust(orderId, what, version, units === 0 ? [] : [[counted, units]]);
      return quantity > original ? { ...edit, type: 'addition' } : edit;
    }),
    // The original quantity names no other reduction or addition, so this id is free.
    ...(isGone ? [adjust(orderId, ['reduction', line.id, `${original}`], goneAt, [[counted, line.quantity]])] : []),
  ];
}

/**
 * Units that are no longer wanted: one adjustment, however often the source says so. If they are wanted again, it
 * stays, as it was shown once, but without units and as `failed`.
 */
function adjust(
  orderId: string,
  what: string[],
  at: string,
  units: Array<[CountedLine, number]>,
  isStanding = units.length > 0,
): UcpAdjustment {
  const amount = sum(units.map(([{ line, original }, quantity]) => worthOf(line, quantity, original)));
  return {
    id: `adj_${shortHash(orderId, ...what)}`,
    type: 'cancellation',
    occurred_at: at,
    status: isStanding ? 'completed' : 'failed',
    ...(units.length > 0 && {
      line_items: units.map(([{ line }, quantity]) => ({ id: line.id, quantity: -quantity })),
      totals: [{ type: 'total', amount: 0 - amount }],
    }),
  };
}

/**
 * What units of a line cost, rounded half up. The line's price counts where it has no units left, or where its source
 * still totals all the units there ever were.
 */
const worthOf = ({ unitPrice, quantity, total }: SnapshotLine, units: number, original: number): number =>
  total === undefined || quantity === 0 || total === unitPrice * original
    ? unitPrice * units
    : Math.round((total * units) / quantity);
