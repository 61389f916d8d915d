import type { Shape } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { listOf } from '../kit/place.ts';
import type { Columns } from '../kit/table.tsx';
import { Id, LinkTo, Time } from '../kit/text.tsx';

/** What was changed, as a link if it has a page. */
function About({ id }: { id: string | null }) {
  const list = listOf(id ?? '') ?? (id?.includes(':') ? '/orders' : undefined);
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
  'event.set_aside': 'set the event aside',
};

const columns: Columns<Shape<'Act'>> = [
  ['When', ({ at }) => <Time at={at} seconds />],
  ['Who', ({ by }) => by],
  ['What', ({ act }) => WORDS[act] ?? act.split('.').reverse().join(' ')],
  ['On', ({ about }) => <About id={about} />],
  ['Why', ({ reason }) => reason, 'wide whole'],
];

export const Audit = () => (
  <ListScreen
    name="Audit"
    list={useList<Shape<'Act'>>({ path: '/audit' })}
    columns={columns}
    empty="Nobody did anything yet. What people replay, close, admit, remap, correct and reveal stands here for 400 days."
  />
);
