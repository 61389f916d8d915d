import { sameContent } from '#lib/platform/canonical-json';
import { sum } from '#lib/platform/sum';
import type { LineQuantity } from './order.ts';

/** How many units there are in all. */
export const sumUnits = (all: ReadonlyArray<{ quantity: number }>): number => sum(all.map(({ quantity }) => quantity));

/** How many units of one line there are. */
export const unitsIn = (lines: readonly LineQuantity[] = [], id: string): number =>
  sumUnits(lines.filter((line) => line.id === id));

/** Whether there is any unit. */
export const hasUnits = ({ quantity }: { quantity: number }): boolean => quantity > 0;

/** Units by line id; entries without units are left out. */
export function sumByLine(lines: readonly LineQuantity[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { id, quantity } of lines) if (quantity > 0) units.set(id, (units.get(id) ?? 0) + quantity);
  return units;
}

/** Whether two lists have the same units of the same lines, however ordered or divided. */
export const sameUnits = (a: readonly LineQuantity[], b: readonly LineQuantity[]): boolean =>
  sameContent(Object.fromEntries(sumByLine(a)), Object.fromEntries(sumByLine(b)));

/** One entry a line. */
export const mergeLines = (lines: readonly LineQuantity[]): LineQuantity[] =>
  [...sumByLine(lines)].map(([id, quantity]) => ({ id, quantity }));

/** What is left of lines without these units; a line with nothing left is left out. */
export function minus(lines: readonly LineQuantity[] = [], less: readonly LineQuantity[] = []): LineQuantity[] {
  const units = sumByLine(less);
  return lines.map(({ id, quantity }) => ({ id, quantity: quantity - (units.get(id) ?? 0) })).filter(hasUnits);
}

/** As many units of each entry as there is room for, in sequence. */
export function allot<T extends { quantity: number }>(all: readonly T[], room: number): T[] {
  let left = room;
  return all.map((each) => {
    const quantity = Math.max(0, Math.min(each.quantity, left));
    left -= quantity;
    return { ...each, quantity };
  });
}

/** Takes units of a line out of what is left of it. */
export const takerOf =
  (left: Map<string, number>) =>
  ({ id, quantity }: LineQuantity): LineQuantity[] => {
    const taken = Math.min(left.get(id) ?? 0, quantity);
    left.set(id, (left.get(id) ?? 0) - taken);
    return taken > 0 ? [{ id, quantity: taken }] : [];
  };
