import { AsCommand, curl, longshore } from '../kit/command.tsx';
import type { Shape } from '../kit/hub.ts';
import { List, useList } from '../kit/list.tsx';
import { Screen } from '../kit/screen.tsx';
import type { Column } from '../kit/table.tsx';
import { Id, LinkTo, Outside, Time } from '../kit/text.tsx';

type Act = Shape<'Act'>;

const idOf = ({ id }: Act): string => id;

/** The list that holds what an act was done to, by how its id begins. */
const LISTS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^dlv_/, '/deliveries'],
  [/^rpl_/, '/replays'],
  [/^evt_/, '/events'],
  [/:/, '/orders'],
];

function About({ id }: { id: string | null }) {
  const [, list] = LISTS.find(([pattern]) => pattern.test(id ?? '')) ?? [];
  return list || id === null ? <LinkTo list={list ?? ''} id={id} /> : <Id>{id}</Id>;
}

const WORDS: Readonly<Record<string, string>> = {
  'replay.started': 'replayed',
  'replay.cancelled': 'cancelled a replay',
  'replay.resumed': 'resumed a replay',
  'delivery.closed': 'closed',
  'webhooks.admitted': 'admitted webhooks',
  'events.remapped': 'remapped',
  'address.corrected': 'corrected the address',
  'order.revealed': 'revealed the buyer',
  'event.revealed': 'revealed the body',
};

const columns: readonly Column<Act>[] = [
  { title: 'When', cell: ({ at }) => <Time at={at} seconds /> },
  { title: 'Who', cell: ({ by }) => <Outside>{by}</Outside> },
  { title: 'What', cell: ({ act }) => WORDS[act] ?? act.split('.').reverse().join(' ') },
  { title: 'On', cell: ({ about }) => <About id={about} /> },
  { title: 'Why', cell: ({ reason }) => <Outside>{reason}</Outside>, kind: 'wide' },
];

/** What people did, newest first. */
export function Audit() {
  const list = useList<Act>({ path: '/audit', plural: 'acts', query: {}, idOf });
  return (
    <Screen title="Audit" busy={!list.isRead && !list.error}>
      <List
        name="Audit"
        list={list}
        columns={columns}
        empty="Nobody did anything yet. What people replay, close, admit, remap, correct and reveal stands here for 400 days."
      />
      <AsCommand lines={[longshore('audit'), curl('GET', '/audit')]} />
    </Screen>
  );
}
