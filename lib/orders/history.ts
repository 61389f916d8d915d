import { createHash } from 'node:crypto';
import { canonicalJson, compareText, firstOf, lastOf } from '#lib/platform/canonical-json';
import { isUnbounded, versionAt } from '#lib/platform/version';
import type { OrderSnapshot, ShipmentEvent, SnapshotHistory, Stamp } from './order.ts';

/**
 * Positive when `a` is the later version. A version dated by the source counts as later than any dated by the hub: the
 * two clocks cannot be compared.
 */
export function compareVersions(a: Stamp, b: Stamp): number {
  if (a.clock && b.clock && a.clock !== b.clock) return a.clock === 'source' ? 1 : -1;
  return compareText(a.version, b.version);
}

/** Like `compareVersions`; between equal versions the greater content hash decides. */
export const compareStamps = (a: Stamp, b: Stamp): number => compareVersions(a, b) || compareText(a.hash, b.hash);

/** The earliest first, with versions of the hub's clock after those of the source's. */
export const earliestFirst = (a: Stamp, b: Stamp): number =>
  compareStamps(a, b) * (a.clock && b.clock && a.clock !== b.clock ? -1 : 1);

/**
 * Whether a cancellation stands. Only a later version dated by the source lifts it, or a person: any other snapshot that
 * does not mention it may have been read before.
 */
export function isCancelled({ stands, snapshot, cancelledLast, lifted = '' }: SnapshotHistory): boolean {
  const last = cancelledLast ?? (snapshot.cancelled ? stands.version : lifted);
  if (last <= lifted) return false;
  return snapshot.cancelled || stands.clock === 'hub' || stands.version <= last;
}

/** Whether the order may have been restored: the last reading is not cancelled, and its source gives no dates. */
export const isDoubtful = (history: SnapshotHistory): boolean =>
  !history.snapshot.cancelled && history.stands.clock === 'hub' && isCancelled(history);

/** The history without the cancellations told so far; a later one stands. */
export function liftCancellation(history: SnapshotHistory): SnapshotHistory {
  const { cancelledLast: lifted } = lastCancellation(history);
  return lifted === undefined ? history : { ...history, lifted };
}

/** The latest version that said cancelled. */
export function lastCancellation(...histories: SnapshotHistory[]): Pick<SnapshotHistory, 'cancelledLast'> {
  const versions = histories.flatMap(({ cancelledLast, snapshot, stands }) => [
    cancelledLast ?? [],
    snapshot.cancelled ? stands.version : [],
  ]);
  const cancelledLast = lastOf(versions.flat());
  return cancelledLast === undefined ? {} : { cancelledLast };
}

/** The latest version whose cancellation a person lifted. */
export function lastLifted(...histories: SnapshotHistory[]): Pick<SnapshotHistory, 'lifted'> {
  const lifted = lastOf(histories.flatMap((history) => history.lifted ?? []));
  return lifted === undefined ? {} : { lifted };
}

/**
 * SHA-256 (hex) of what a snapshot says, whenever it says it: without the version, without assumed times, and without
 * the hub's notes on the body, which differ between a webhook and a poll.
 */
export function snapshotHash({
  version: _when,
  unread: _rest,
  assumed: _more,
  idsAssumed: _ids,
  ...content
}: OrderSnapshot): string {
  const { timesAssumed, paidAt, events } = content;
  const assumed = { placedAt: null, paidAt: paidAt !== null, ...(events && { events: events.map(withoutTime) }) };
  const said = timesAssumed ? { ...content, ...assumed } : content;
  return createHash('sha256').update(canonicalJson(said)).digest('hex');
}

const withoutTime = ({ at: _at, ...event }: Omit<ShipmentEvent, 'by'>) => event;

/** The history of one snapshot. Where its source names no version, `asOf` does: an instant of the hub's clock. */
export function historyOf(snapshot: OrderSnapshot, asOf: string): SnapshotHistory {
  const { version } = snapshot;
  const stands: Stamp = {
    version: versionAt(version, asOf),
    hash: snapshotHash(snapshot),
    clock: version === null ? 'hub' : 'source',
  };
  const history: SnapshotHistory = {
    stands,
    // One pass through JSON makes it equal to what the table gives back.
    snapshot: JSON.parse(canonicalJson({ ...snapshot, version: stands.version })) as OrderSnapshot,
    paid:
      snapshot.paidAt === null
        ? null
        : { ...stands, at: snapshot.paidAt, ...(snapshot.timesAssumed && { assumed: true as const }) },
    cancelledAt: snapshot.cancelled ? stands.version : null,
    ...(snapshot.cancelled && { cancelledLast: stands.version }),
    originals: originalsIn(stands, snapshot),
    vanished: [],
  };
  return { ...history, ...levelsOf(quantitiesOf(history), history.originals) };
}

/** The original quantities of lines that no earlier snapshot told of. */
export const originalsIn = (stands: Stamp, { lines }: OrderSnapshot): SnapshotHistory['originals'] =>
  sortById(lines.map(({ id, quantity, ordered = quantity }) => ({ ...stands, id, quantity: ordered })));

/**
 * The history that a snapshot of `asOf` is read into. Versions too far ahead of it, which were stored before versions had
 * a bound, count as told at `since`.
 */
export function bounded(history: SnapshotHistory, asOf: string, since: string): SnapshotHistory {
  const { stands, originals, cancelledLast, lifted } = history;
  const dated = (version: string): string => (isUnbounded(version, asOf) ? since : version);
  return {
    ...history,
    stands: { ...stands, version: dated(stands.version) },
    originals: originals.map((each) => ({ ...each, version: dated(each.version) })),
    ...(cancelledLast !== undefined && { cancelledLast: dated(cancelledLast) }),
    ...(lifted !== undefined && { lifted: dated(lifted) }),
  };
}

/**
 * What two histories say together. Commutative, associative and idempotent: any order and any number of copies of the
 * same snapshots give the same history.
 */
export function joinHistories(a: SnapshotHistory, b: SnapshotHistory): SnapshotHistory {
  // Copies of one snapshot may differ in their assumed times.
  const order = compareStamps(a.stands, b.stands) || compareText(timesIn(b.snapshot), timesIn(a.snapshot));
  const [stands, yields] = order >= 0 ? [a, b] : [b, a];
  const present = new Set(stands.snapshot.lines.map(({ id }) => id));
  const originals = onePerLine([...a.originals, ...b.originals].sort(earliestFirst));
  const yielding = yields.snapshot.lines.map((line) => ({ ...yields.stands, id: line.id, line }));
  const vanished = [...stands.vanished, ...yields.vanished, ...yielding].filter(({ id }) => !present.has(id));
  return {
    stands: stands.stands,
    ...placedFirst({ ...stands.snapshot, version: stands.stands.version }, a, b),
    paid: joinPayments(a.paid, b.paid),
    cancelledAt: firstOf([a, b].flatMap(({ cancelledAt }) => cancelledAt ?? [])) ?? null,
    ...lastCancellation(a, b),
    ...lastLifted(a, b),
    originals,
    ...levelsOf([...quantitiesOf(a), ...quantitiesOf(b)], originals),
    vanished: onePerLine(vanished.sort((one, other) => compareStamps(other, one))),
  };
}

const timesIn = ({ paidAt, events = [] }: OrderSnapshot): string => canonicalJson([paidAt, events]);

type ToldQuantity = Stamp & { id: string; quantity: number };

/** The quantities of each line that a history knows of, and the snapshot that told each; a cancelled line has none. */
export const quantitiesOf = ({ stands, snapshot, levels = [], originals }: SnapshotHistory): ToldQuantity[] => [
  ...snapshot.lines.map(({ id, quantity, cancelled }) => ({ ...stands, id, quantity: cancelled ? 0 : quantity })),
  ...originals,
  ...levels,
];

/** When each quantity other than the original was first told. */
export function levelsOf(
  told: ToldQuantity[],
  originals: SnapshotHistory['originals'],
): Pick<SnapshotHistory, 'levels'> {
  const first = new Map(originals.map(({ id, quantity }) => [id, quantity]));
  const earliest = new Map<string, ToldQuantity>();
  for (const each of told.sort(earliestFirst)) {
    const key = JSON.stringify([each.id, each.quantity]);
    if (first.get(each.id) !== each.quantity && !earliest.has(key)) earliest.set(key, each);
  }
  const levels = [...earliest].sort(([one], [other]) => compareText(one, other)).map(([, level]) => level);
  return levels.length > 0 ? { levels } : {};
}

/** The later of two statements of a payment; one whose time was assumed counts only where there is no other. */
export function joinPayments(a: SnapshotHistory['paid'], b: SnapshotHistory['paid']): SnapshotHistory['paid'] {
  if (!a || !b) return a ?? b;
  const isA = Boolean(a.assumed) === Boolean(b.assumed) ? compareStamps(a, b) >= 0 : !a.assumed;
  const stands = isA ? a : b;
  const first = firstOf([a.at, b.at]) ?? stands.at;
  return a.hash === b.hash || (a.assumed && b.assumed) ? { ...stands, at: first } : stands;
}

/** The snapshot, placed at the first instant in any of these histories if its times are assumed. */
export function placedFirst(
  snapshot: OrderSnapshot,
  ...histories: SnapshotHistory[]
): Pick<SnapshotHistory, 'snapshot' | 'firstPlacedAt'> {
  const all = histories.map((each) => each.firstPlacedAt ?? each.snapshot.placedAt);
  const first = firstOf(all) ?? snapshot.placedAt;
  const placedAt = snapshot.timesAssumed ? first : snapshot.placedAt;
  return { snapshot: { ...snapshot, placedAt }, ...(first < placedAt && { firstPlacedAt: first }) };
}

/** The first entry of each line, by line id. */
export function onePerLine<T extends { id: string }>(entries: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const entry of entries) if (!first.has(entry.id)) first.set(entry.id, entry);
  return sortById([...first.values()]);
}

const sortById = <T extends { id: string }>(entries: T[]): T[] => entries.sort((a, b) => compareText(a.id, b.id));
