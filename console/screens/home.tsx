import { openDialog } from '../kit/dialog.tsx';
import { type Answer, ask, type HubError, may, type Shape, useAnswer, useLive } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { hrefOf, pathOf } from '../kit/place.ts';
import { Items, MayOnly, Problem, Region, Screen } from '../kit/screen.tsx';
import { Button, Code, Cure, LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { capital, count, deliveries, isByHand, nameOr } from '../kit/words.ts';
import { hasFailed } from './connections.tsx';
import { acts } from './deliveries.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

function waiting({ causes, complete }: Answer<'get', '/deliveries/causes'>): string {
  const number = causes.reduce((sum, each) => sum + each.count, 0);
  if (number === 0) return 'Nothing waits for you.';
  return capital(`${deliveries(number, complete)} ${number === 1 ? 'waits' : 'wait'} for you`);
}

export function Home() {
  const live = useAnswer(may('ops') ? '/deliveries/causes' : null);
  const { value, error, at } = live;
  return (
    <Screen title="What waits for you" of={may('ops') ? live : undefined}>
      {!may('ops') && <MayOnly />}
      {value && (
        <p class="lead">
          <span role="status">{waiting(value)}</span>{' '}
          {value.causes.length === 0 && (
            <span class="muted">
              Looked at <Time at={at} seconds />.
            </span>
          )}
        </p>
      )}
      {value?.causes.map((cause) => (
        <Group
          key={`${cause.state} ${cause.marketplace} ${cause.action} ${cause.code} ${cause.message}`}
          cause={cause}
          isComplete={value.complete}
        />
      ))}
      {(value || error || !may('ops')) && may('orders:read') && <Besides />}
    </Screen>
  );
}

function Group({ cause, isComplete }: { cause: Shape<'Cause'>; isComplete: boolean }) {
  const { state, marketplace, action, code, message, firstSeen, lastSeen, sample } = cause;
  const filter = cause.filter as Record<string, string>;
  // Without `until`, the list shows later deliveries, too; a replay takes exactly this group.
  const { until: _look, ...shown } = filter;
  const many = deliveries(cause.count, isComplete);
  const title = nameOr(code, message ?? '');
  const replay = () => openDialog(<ReplayDialog filter={filter} />);
  useKeys({ r: () => (document.activeElement?.closest('article')?.id === sample.id ? replay() : false) });
  return (
    <article id={sample.id} aria-label={title}>
      <header>
        <State>{state}</State>
        <h2>
          <Outside>{title}</Outside>
        </h2>
        <span class="muted">{many}</span>
      </header>
      <Cure of={{ state, cause }} />
      <p class="meta">
        <Code>{code}</Code>
        <span>{`${marketplace} · ${action}`}</span>
        <span>
          since <Time at={firstSeen} beside={cause.count === 1} />
          {cause.count > 1 && [', last ', <Time key="last" at={lastSeen} beside />]}
        </span>
        <span>
          for example <LinkTo list="/deliveries" id={sample.id} />
        </span>
      </p>
      <div class="actions">
        <a class="button" href={hrefOf('/deliveries', shown)}>
          Show {many}
        </a>
        {code === 'address_incomplete' && sample.order && (
          <a class="button" href={hrefOf(pathOf('/orders', sample.order))}>
            Correct the address
          </a>
        )}
        {isByHand(cause) && cause.count === 1 && <Button says="Close…" onClick={() => acts.c(sample)} />}
        <Button says="Replay…" onClick={replay} />
      </div>
    </article>
  );
}

/** What else is worth a look, with its count; nothing that counts 0. */
function Besides() {
  const live = useLive('besides', readBesides);
  const lines = live.value?.lines.filter(({ number }) => number > 0) ?? [];
  return (
    <>
      <Problem of={{ ...live, error: live.error ?? live.value?.error }} />
      <Region title="Worth a look" when={lines.length > 0}>
        <Items
          of={lines.map(({ number, one, many, isComplete, to }) => (
            <a key={one} href={to}>
              {count(number, one, many, isComplete)}
            </a>
          ))}
        />
      </Region>
    </>
  );
}

interface Line {
  /** What is counted: a list of the API and its filter, which the screen takes as well. */
  path: string;
  query?: Record<string, string>;
  /** The screen, if its path is another. */
  at?: string;
  isCounted?: (row: never) => boolean;
  one: string;
  many?: string;
}

const MOST = 200;
/** How many pages are read to count: when counting late orders, a page may hold none. */
const PAGES = 10;
const LAGS_SECONDS = 60;

const LATE: Line = { path: '/orders', query: { late: 'true' }, one: 'late order' };
const BESIDES: readonly Line[] = [
  LATE,
  { path: '/events', query: { state: 'unreadable' }, one: 'unreadable event' },
  {
    path: '/quarantine',
    ...{ one: 'quarantined webhook that verifies now', many: 'quarantined webhooks that verify now' },
    isCounted: ({ admissible, admitted }: Shape<'QuarantinedWebhook'>) => admissible && !admitted,
  },
  {
    path: '/connections',
    ...{ one: 'connection that is away', many: 'connections that are away' },
    isCounted: ({ awaySince }: Shape<'Connection'>) => awaySince !== null,
  },
  {
    path: '/connections',
    ...{ one: 'connection whose last poll failed', many: 'connections whose last poll failed' },
    isCounted: hasFailed,
  },
  {
    ...{ path: '/endpoints', at: '/changes', one: 'paused endpoint' },
    isCounted: ({ state }: Shape<'Endpoint'>) => state === 'paused',
  },
  {
    ...{ path: '/consumers', at: '/changes', one: 'consumer that lags', many: 'consumers that lag' },
    isCounted: ({ lagSeconds }: Shape<'Consumer'>) => lagSeconds > LAGS_SECONDS,
  },
];

async function readLine({ path, query, at = path, isCounted = () => true, ...line }: Line) {
  let number = 0;
  let cursor: string | undefined;
  for (let page = 0; page === 0 || (cursor && number < MOST && page < PAGES); page++) {
    const answer = await ask<Record<string, unknown>>('get', path, { query: { ...query, limit: MOST, cursor } });
    number += (answer[path.slice(1)] as never[]).filter(isCounted).length;
    cursor = answer.cursor as string | undefined;
  }
  return { ...line, to: hrefOf(at, query), number, isComplete: !cursor };
}

/** What could be counted, and the first error of the rest. */
async function readBesides() {
  const read = await Promise.allSettled((may('ops') ? BESIDES : [LATE]).map(readLine));
  return {
    lines: read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    error: read.find((each) => each.status === 'rejected')?.reason as HubError | undefined,
  };
}
