import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { curl, longshore, quote } from '../kit/command-line.ts';
import { ask, type Shape, session, useLive } from '../kit/hub.ts';
import { go, hrefOf, listOf, pathOf, place } from '../kit/place.ts';
import { Screen } from '../kit/screen.tsx';
import { type Columns, linked, Table } from '../kit/table.tsx';
import { Outside, State, Time } from '../kit/text.tsx';
import { WhereItIs } from './orders.tsx';

type Hit = Shape<'SearchResult'>;

const isEmail = (text: string): boolean => text.includes('@');
/** A search for a buyer's e-mail address: it is not put into the URL, and is forgotten with the page. */
const asked = signal('');
session.subscribe(() => {
  asked.value = '';
});

/** Goes to the item that the text names, or to the search for it. */
export function searchFor(text: string, how = { replace: false }): void {
  const q = text.trim();
  const list = listOf(q);
  asked.value = isEmail(q) ? q : '';
  if (list) go(hrefOf(pathOf(list, q)), how);
  else if (q !== '') go(hrefOf('/search', isEmail(q) ? {} : { q }), how);
}

const MATCHED: Readonly<Record<string, string>> = {
  number: 'order number',
  externalId: 'id at the marketplace',
  remoteId: 'id at the shipper',
  trackingNumber: 'tracking number',
  sku: 'SKU',
  email: 'e-mail address',
  market: 'number at the market',
};

/** How many the hub finds at most if no `limit` is given. */
const MOST = 50;

const columns: Columns<Hit> = [
  linked('Order', '/orders', ({ id, order, matched }) => [id, `${order.number} by its ${MATCHED[matched] ?? matched}`]),
  ['Connection', ({ order }) => order.connection],
  ['Status', ({ order }) => <State>{order.status}</State>],
  ['Placed', ({ order }) => <Time at={order.placedAt} />],
  ['Where it is', ({ order }) => <WhereItIs order={order} />, 'wide'],
];

/** What was found; a single result opens at once. */
export function Search() {
  const inUrl = place.value.query.q?.trim() ?? '';
  const q = inUrl || asked.value;
  const [method, how] = isEmail(q) ? (['post', { body: { q } }] as const) : (['get', { query: { q } }] as const);
  const live = useLive<{ results: Hit[] }>(q ? `search ${q}` : null, () => ask(method, '/search', how));
  const hits = live.value ? live.value.results : [];
  const only = hits.length === 1 ? hits[0]?.id : undefined;
  useEffect(() => {
    if (isEmail(inUrl) || listOf(inUrl)) searchFor(inUrl, { replace: true });
    else if (only !== undefined) go(hrefOf(pathOf('/orders', only)), { replace: true });
  }, [inUrl, only]);
  const commands = [longshore(`find ${quote(q)}`), curl(method.toUpperCase(), '/search', how)];
  return (
    <Screen title="Search" {...(q && { of: live, commands })}>
      <Table name="Results" columns={columns} rows={hits} isMain />
      {hits.length >= MOST && <p class="muted">There may be more than these {MOST}: type more of it.</p>}
      {(q === '' || (live.value && hits.length === 0)) && (
        <div class="empty">
          {q !== '' && (
            <p>
              Nothing found for <Outside>{q}</Outside>.
            </p>
          )}
          <p>
            Orders are found by the beginning, from four characters on, of their number, their id at the marketplace or
            the shipper, a tracking number, an acknowledgement or a SKU; and by the buyer’s whole e-mail address. A
            shipper’s id of letters and digits alone is to be whole after 90 days. Deliveries, events and replays are
            found by their id.
          </p>
        </div>
      )}
    </Screen>
  );
}
