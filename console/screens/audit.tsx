import { AsCommand, curl, longshore } from '../kit/command.tsx';
import type { Shape } from '../kit/hub.ts';
import { List, useList } from '../kit/list.tsx';
import { hrefOf, segment } from '../kit/place.ts';
import { Screen } from '../kit/screen.tsx';
import type { Column } from '../kit/table.tsx';
import { Id, Outside, Time } from '../kit/text.tsx';

type Act = Shape<'Act'>;

const idOf = ({ id }: Act): string => id;

/** Where what an act was done to is shown. */
function placeOf({ about }: Act): string | undefined {
  if (about === null) return undefined;
  const [, noun] =
    Object.entries({ dlv_: 'deliveries', rpl_: 'replays', evt_: 'events' }).find(([prefix]) =>
      about.startsWith(prefix),
    ) ?? [];
  if (noun) return hrefOf(`/${noun}/${segment(about)}`);
  return about.includes(':') ? hrefOf(`/orders/${segment(about)}`) : undefined;
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
  {
    title: 'On',
    cell: (act) => {
      const href = placeOf(act);
      return act.about === null ? (
        '–'
      ) : href ? (
        <a href={href}>
          <Id>{act.about}</Id>
        </a>
      ) : (
        <Id>{act.about}</Id>
      );
    },
  },
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
        idOf={idOf}
        empty="Nobody did anything yet. What people replay, close, admit, remap, correct and reveal stands here for 400 days."
      />
      <AsCommand lines={[longshore('audit'), curl('GET', '/audit')]} />
    </Screen>
  );
}
