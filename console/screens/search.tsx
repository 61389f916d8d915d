import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ask, forgetters, type Shape, wordsOf } from '../kit/hub.ts';
import { go, hrefOf, place, segment } from '../kit/place.ts';
import { Screen, Skeleton } from '../kit/screen.tsx';
import { Alert, LinkTo, Outside } from '../kit/text.tsx';
import { isEmail } from '../kit/words.ts';

type Hit = Shape<'SearchResult'>;

/** An address is a buyer's: it stands in no URL, and is forgotten with the page. */
const asked = signal('');
forgetters.add(() => {
  asked.value = '';
});

const STRAIGHT: ReadonlyArray<readonly [RegExp, string]> = [
  [/^dlv_\w+$/, '/deliveries'],
  [/^evt_[\w-]+$/, '/events'],
  [/^rpl_[\w-]+$/, '/replays'],
];

/** Goes to what was looked for, or to what was found. */
export function searchFor(text: string): void {
  const q = text.trim();
  if (q === '') return;
  const [, list] = STRAIGHT.find(([pattern]) => pattern.test(q)) ?? [];
  if (list) {
    go(hrefOf(`${list}/${segment(q)}`));
    return;
  }
  asked.value = isEmail(q) ? q : '';
  go(hrefOf('/search', isEmail(q) ? {} : { q }));
}

const MATCHED: Readonly<Record<string, string>> = {
  number: 'order number',
  externalId: 'id at the marketplace',
  remoteId: 'id at the shipper',
  trackingNumber: 'tracking number',
  acknowledgement: 'acknowledgement',
  sku: 'SKU',
  email: 'e-mail address',
  market: 'number at the market',
  id: 'id',
};

type Found = { hits: Hit[]; words?: undefined } | { hits?: undefined; words: string };

async function search(q: string): Promise<Found> {
  try {
    const answer = isEmail(q)
      ? await ask<{ results: Hit[] }>('post', '/search', { body: { q } })
      : await ask<{ results: Hit[] }>('get', '/search', { query: { q } });
    return { hits: answer.results };
  } catch (error) {
    return { words: wordsOf(error) };
  }
}

/** What was found: one hit opens at once. */
export function Search() {
  const q = place.value.query.get('q') ?? asked.value;
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    setFound(undefined);
    if (q === '') return;
    let isLeft = false;
    void search(q).then((answer) => {
      if (isLeft) return;
      const [only, ...others] = answer.hits ?? [];
      if (only && others.length === 0) go(hrefOf(`/orders/${segment(only.id)}`), { replace: true });
      else setFound(answer);
    });
    return () => {
      isLeft = true;
    };
  }, [q]);
  return (
    <Screen title="Search" busy={q !== '' && !found}>
      {q !== '' && !found && <Skeleton />}
      <Alert>{found?.words}</Alert>
      {found?.hits && found.hits.length > 0 && (
        <ul class="hits">
          {found.hits.map(({ id, matched, order }) => (
            <li key={id}>
              <LinkTo list="/orders" id={id}>
                <Outside>{order.number}</Outside>
              </LinkTo>{' '}
              <span class="muted">
                by its {MATCHED[matched] ?? matched}
                {order && (
                  <>
                    , <Outside>{order.connection}</Outside>, {order.status}
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {(q === '' || found?.hits?.length === 0) && (
        <>
          {q !== '' && (
            <p>
              Nothing found for <Outside>{q}</Outside>.
            </p>
          )}
          <p class="muted">
            Orders are found by their number, their id at the marketplace or the shipper, a tracking number, an
            acknowledgement, a SKU or the buyer’s whole e-mail address; deliveries, events and replays by their id.
          </p>
        </>
      )}
      {q !== '' && !isEmail(q) && (
        <AsCommand lines={[longshore(`find ${quote(q)}`), curl('GET', '/search', { query: { q } })]} />
      )}
    </Screen>
  );
}
