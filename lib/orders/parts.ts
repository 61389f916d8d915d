import { compareText } from './canonical-json.ts';
import { compareStamps, onePerLine } from './history.ts';
import type { Order, OrderSnapshot, SnapshotHistory, SnapshotLine } from './order.ts';

type Parts = Readonly<Record<string, SnapshotHistory>>;

/** One order at the sales channel: the original (`externalId` null) or one that was made of its lines. */
interface Source {
  externalId: string | null;
  history: SnapshotHistory;
}

/**
 * The history of the whole sale. A line stands where the latest word has it, so it counts once while it moves; amounts
 * sum over the channel's orders, less what their snapshots say of lines that another has. Pure and in no order.
 */
export function joinParts(original: SnapshotHistory, parts: Parts | undefined): SnapshotHistory {
  if (!parts || Object.keys(parts).length === 0) return original;
  const sources = sourcesOf(original, parts);
  const holders = holdersOf(sources);
  const holding = sources.map((source) => ({
    ...source,
    lines: source.history.snapshot.lines.filter(({ id }) => holders.get(id) === source),
  }));
  const active = holding.filter(({ lines }) => lines.length > 0);
  const cancelled = (active.length > 0 ? active : holding).every(({ history }) => history.snapshot.cancelled);
  const lines = active.flatMap(({ history, lines: held }) =>
    history.snapshot.cancelled && !cancelled ? held.map((line) => ({ ...line, cancelled: true as const })) : held,
  );
  const vanished = sources
    .flatMap(({ history }) => history.vanished)
    .filter(({ id }) => !holders.has(id))
    .sort((a, b) => compareStamps(b, a));
  // One that is unpaid holds back all, as lines are placed together.
  const paid = active.every(({ history }) => history.paid) ? (active[0]?.history.paid ?? null) : null;
  const cancellations = sources.flatMap(({ history }) => history.cancelledAt ?? []).sort(compareText);
  return {
    ...original,
    snapshot: { ...original.snapshot, cancelled, lines, amounts: sumAmounts(holding) },
    paid: original.paid ?? paid,
    cancelledAt: cancelled ? (cancellations.at(-1) ?? null) : null,
    originals: onePerLine(sources.flatMap(({ history }) => history.originals).sort(compareStamps)),
    vanished: onePerLine(vanished),
  };
}

/** The channel's order that holds each line now, by line id: the external id to speak of it under. */
export function homesOf({ externalId, history, parts = {} }: Pick<Order, 'externalId' | 'history' | 'parts'>) {
  const holders = holdersOf(sourcesOf(history, parts));
  return new Map([...holders].map(([line, holder]) => [line, holder.externalId ?? externalId]));
}

const sourcesOf = (original: SnapshotHistory, parts: Parts): Source[] => [
  { externalId: null, history: original },
  ...Object.entries(parts)
    .sort(([a], [b]) => compareText(a, b))
    .map(([externalId, history]) => ({ externalId, history })),
];

/** Of two that show a line, the one with the later word; at a tie a part, as lines begin in the original. */
function holdersOf(sources: readonly Source[]): Map<string, Source> {
  const holders = new Map<string, Source>();
  for (const source of sources)
    for (const { id } of source.history.snapshot.lines) {
      const holder = holders.get(id);
      const isLater = !holder || compareText(source.history.stands.version, holder.history.stands.version) >= 0;
      if (isLater) holders.set(id, source);
    }
  return holders;
}

function sumAmounts(holding: ReadonlyArray<Source & { lines: SnapshotLine[] }>): OrderSnapshot['amounts'] {
  const sum = { fulfillment: 0, tax: 0, discount: 0, total: 0 };
  for (const { history, lines } of holding) {
    const { amounts, lines: all } = history.snapshot;
    sum.fulfillment += amounts.fulfillment;
    sum.tax += amounts.tax;
    sum.discount += Math.abs(amounts.discount);
    sum.total += amounts.total - worthOf(all) + worthOf(lines);
  }
  return sum;
}

/** What lines cost in all, in minor units. */
export const worthOf = (lines: readonly SnapshotLine[]): number =>
  lines.reduce((sum, { total, unitPrice, quantity }) => sum + (total ?? unitPrice * quantity), 0);
