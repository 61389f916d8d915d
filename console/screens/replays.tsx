import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { List, useList } from '../kit/list.tsx';
import { segment } from '../kit/place.ts';
import { Screen } from '../kit/screen.tsx';
import type { Column } from '../kit/table.tsx';
import { LinkTo, Outside, State, Time } from '../kit/text.tsx';

type Replay = Shape<'Replay'>;

const idOf = ({ id }: Replay): string => id;

const columns: readonly Column<Replay>[] = [
  {
    title: 'Replay',
    cell: ({ id }) => <LinkTo list="/replays" id={id} />,
  },
  { title: 'State', cell: ({ state }) => <State>{state}</State> },
  { title: 'By', cell: ({ by }) => <Outside>{by}</Outside> },
  { title: 'Reason', cell: ({ reason }) => <Outside>{reason}</Outside>, kind: 'wide' },
  {
    title: 'Progress',
    cell: ({ succeeded, dead, blocked, matched }) => `${succeeded + dead + blocked} of ${matched}`,
    kind: 'number',
  },
  { title: 'Started', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

/** What people had run again. */
export function Replays() {
  const list = useList<Replay>({
    ...{ path: '/replays', plural: 'replays', query: {}, idOf },
    readOne: (id) => ask('get', `/replays/${segment(id)}`),
  });
  return (
    <Screen title="Replays" busy={!list.isRead && !list.error}>
      <List
        name="Replays"
        list={list}
        columns={columns}
        empty="Nothing was replayed yet. A replay begins at a group of Home, at a filtered list of deliveries, or at one of them."
      />
      <AsCommand lines={[longshore('replays list'), curl('GET', '/replays')]} />
    </Screen>
  );
}
