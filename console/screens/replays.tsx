import type { Shape } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { type Column, linked } from '../kit/table.tsx';
import { State } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';

type Replay = Shape<'Replay'>;

/** How many of its deliveries came to an end. */
export const settled = ({ succeeded, dead, blocked }: Replay): number => succeeded + dead + blocked;

const columns: ReadonlyArray<Column<Replay>> = [
  linked('Replay', '/replays', ({ id }) => [id]),
  ['State', ({ state }) => <State>{state}</State>],
  ['By', ({ by }) => by],
  ['Reason', ({ reason }) => reason, 'wide'],
  ['Progress', (replay) => `${settled(replay)} of ${replay.matched}`, 'number'],
  ['Started', ({ createdAt }) => <Time at={createdAt} />],
];

/** What people had run again. */
export const Replays = () => (
  <ListScreen
    title="Replays"
    list={useList<Replay>({ path: '/replays', hasOne: true })}
    columns={columns}
    empty="Nothing was replayed yet. A replay begins at a group of Home, at a filtered list of deliveries, or at one of them."
  />
);
