import type { Design } from './design.ts';
import type { HeatMap } from './heat.ts';
import type { Inbound, Side } from './seller.ts';
import { TURNS_TOGETHER, tableUnits } from './world.ts';

/** Partitions of an index, each spread over the shards. */
export const PARTITIONS = ['due', 'dead', 'placed', 'DELIVERY', 'EVENT', 'ORDER'] as const;
/** Partitions of the table that all work of a connection or replay shares. */
export const ITEMS = ['BUDGET', 'MISSES', 'REPLAY'] as const;

/** The whole table. */
export const TABLE = 'TABLE';

export type Moves = ReturnType<typeof noMoves>;

/** What happened to one side's deliveries in a second. */
export const noMoves = () => ({
  opened: 0,
  leased: 0,
  succeeded: 0,
  /** Placements among these. */
  placed: 0,
  retried: 0,
  turnedAway: 0,
  /** Those among these that wait because the remote is away. */
  heldBack: 0,
  died: 0,
  reopened: 0,
  /** What was read and recorded, and how many new orders that brought. */
  recorded: 0,
  ordered: 0,
  requests: 0,
  /** Deliveries of each message. */
  together: 1,
});

/** A replay's member is added to the open ones, released and removed, each at the price of a transaction. */
const WRITES_OF_OPEN_MEMBER = 6;

/**
 * The writes on one connection's index partitions, each over its shards, and on the items that all its work shares.
 * Changing an index key takes two writes: the old entry is removed, the new one added.
 */
export function countWrites(heat: HeatMap, side: Side, moves: Moves, design: Design): void {
  const { name, count } = side;
  const { shards } = design;
  const each = (kind: string, units: number) => heat.add(kind, name, units / count / shards);
  const { opened, succeeded, placed, retried, turnedAway, died, reopened, requests, together } = moves;
  each('due', opened + succeeded + (retried + turnedAway) * 2 + died + reopened);
  each('dead', died + reopened);
  each('placed', placed);
  each('DELIVERY', opened);
  record(heat, side, moves.recorded, moves.ordered, design);
  const others = succeeded - moves.recorded + retried + died + reopened;
  heat.add(
    TABLE,
    'all',
    moves.recorded * tableUnits.read + others * tableUnits.attempt + turnedAway * tableUnits.turnedAway,
  );
  heat.add('REPLAY', name, (reopened / count) * WRITES_OF_OPEN_MEMBER);
  heat.add('BUDGET', name, (requests + turnedAway) / count / together / TURNS_TOGETHER);
}

/** The same for messages that ingest has worked. */
export function countRecords(heat: HeatMap, { side, bringsOrder }: Inbound, messages: number, design: Design): void {
  record(heat, side, messages, bringsOrder ? messages : 0, design);
  heat.add(TABLE, 'all', messages * (bringsOrder ? tableUnits.order : tableUnits.notice));
}

function record(heat: HeatMap, { name, count }: Side, events: number, orders: number, { shards }: Design): void {
  heat.add('EVENT', name, events / count / shards);
  heat.add('ORDER', name, orders / count / shards);
  heat.add('MISSES', name, orders / count);
}
