import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { ask, may, type Query, type Shape } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { useLive } from '../kit/live.ts';
import { hrefOf, segment } from '../kit/place.ts';
import { announce, mayOnly, Problem, Screen, Skeleton } from '../kit/screen.tsx';
import { LinkTo, Outside, State, Time, timeText } from '../kit/text.tsx';
import { count, cureOf } from '../kit/words.ts';
import { ReplayDialog } from './replay-dialog.tsx';

type Cause = Shape<'Cause'>;
interface Causes {
  causes: Cause[];
  complete: boolean;
}

const total = ({ causes }: Causes): number => causes.reduce((sum, each) => sum + each.count, 0);
const waiting = (found: Causes): string => {
  const number = total(found);
  if (number === 0) return 'Nothing waits for you.';
  return `${count(number, 'delivery', 'deliveries', found.complete)} ${number === 1 ? 'waits' : 'wait'} for you`;
};

/** What waits for a person, by cause, each with what heals it. */
export function Home() {
  const causes = useLive<Causes>(may('ops') ? 'causes' : null, () => ask('get', '/deliveries/causes'), {
    onChange: (found, before) => total(found) !== total(before) && announce(waiting(found)),
  });
  const { value } = causes;
  useKeys({ j: () => moveTo(1), k: () => moveTo(-1) });
  const isClear = value?.causes.length === 0;
  return (
    <Screen title="What waits for you" busy={may('ops') && !value && !causes.error}>
      {may('ops') ? <Problem of={causes} /> : <p>{mayOnly()}</p>}
      {may('ops') && !value && !causes.error && <Skeleton lines={8} />}
      {value && (
        <p class="sum">
          {waiting(value)} {isClear && <span class="muted">Looked at {timeText(causes.at, { seconds: true })}.</span>}
        </p>
      )}
      {value?.causes.map((cause) => (
        <Group
          key={`${cause.state} ${cause.marketplace} ${cause.action} ${cause.code} ${cause.message}`}
          cause={cause}
          isComplete={value.complete}
        />
      ))}
      <Besides />
      {may('ops') && <AsCommand lines={[longshore('deliveries causes'), curl('GET', '/deliveries/causes')]} />}
    </Screen>
  );
}

/** The focus to the link of the next group or of the one before. */
function moveTo(step: number): void {
  const groups = [...document.querySelectorAll('article')];
  const at = groups.findIndex((group) => group.contains(document.activeElement));
  const next = groups[at === -1 ? 0 : Math.max(0, Math.min(groups.length - 1, at + step))];
  next?.querySelector<HTMLElement>('a.button')?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
}

function Group({ cause, isComplete }: { cause: Cause; isComplete: boolean }) {
  const [isReplaying, setReplaying] = useState(false);
  const { state, marketplace, action, code, message, firstSeen, lastSeen, sample } = cause;
  // `until` leaves out what came after this look: the list shows what is there, and a replay takes just this group.
  const { until: _look, ...filter } = cause.filter as Record<string, string>;
  const many = count(cause.count, 'delivery', 'deliveries', isComplete);
  const isAddress = code === 'address_incomplete' && sample.order;
  useKeys({
    r: () => {
      if (document.activeElement?.closest('article')?.id !== sample.id) return false;
      setReplaying(true);
    },
  });
  return (
    <article id={sample.id} aria-label={message || code}>
      <header>
        <State>{state}</State>
        <h2>
          <Outside>{message || code}</Outside>
        </h2>
        <span class="many">{many}</span>
      </header>
      <p class="cure">
        <strong>What heals it</strong> {cureOf(cause)}
      </p>
      <p class="muted meta">
        <code>{code}</code>
        <span>
          {marketplace} · {action}
        </span>
        <span>
          since <Time at={firstSeen} beside={cause.count === 1} />
          {cause.count > 1 && (
            <>
              , last <Time at={lastSeen} beside />
            </>
          )}
        </span>
        <span>
          for example <LinkTo list="/deliveries" id={sample.id} />
        </span>
      </p>
      <div class="actions">
        <a class="button" href={hrefOf('/deliveries', filter)}>
          Show {many}
        </a>
        {isAddress && (
          <a class="button" href={hrefOf(`/orders/${segment(isAddress)}`)}>
            Correct the address
          </a>
        )}
        <button type="button" onClick={() => setReplaying(true)}>
          Replay…
        </button>
      </div>
      {isReplaying && (
        <ReplayDialog filter={cause.filter as Record<string, string>} onClose={() => setReplaying(false)} />
      )}
    </article>
  );
}

interface Line {
  text: string;
  href: string;
}

/** What else may want a look, each with its number; none that is zero. */
function Besides() {
  const { value, ...rest } = useLive<Line[]>('besides', readBesides, { everyMs: 10_000 });
  if (!value) return <Problem of={rest} />;
  if (value.length === 0) return null;
  return (
    <ul class="besides" aria-label="Besides">
      {value.map(({ text, href }) => (
        <li key={href}>
          <a href={href}>{text}</a>
        </li>
      ))}
    </ul>
  );
}

const MOST = 200;

async function readBesides(): Promise<Line[]> {
  const late = counted<unknown>('/orders', 'orders', { late: 'true' });
  if (!may('ops')) return [...lineOf(await late, 'late order', hrefOf('/orders', { late: 'true' }))];
  const [orders, events, quarantine, connections, consumers] = await Promise.all([
    late,
    counted<unknown>('/events', 'events', { state: 'unreadable' }),
    counted<Shape<'QuarantinedWebhook'>>('/quarantine', 'quarantine'),
    ask<{ connections: Shape<'Connection'>[] }>('get', '/connections'),
    laggards(),
  ]);
  const failed = connections.connections.filter(({ poll }) => poll.lastError !== null);
  const admissible = quarantine.rows.filter((each) => each.admissible && !each.admitted);
  return [
    ...lineOf(orders, 'late order', hrefOf('/orders', { late: 'true' })),
    ...lineOf(events, 'unreadable event', hrefOf('/events', { state: 'unreadable' })),
    ...lineOf(
      { rows: admissible, isComplete: quarantine.isComplete },
      'quarantined webhook that verifies now',
      hrefOf('/quarantine'),
      'quarantined webhooks that verify now',
    ),
    ...lineOf(
      { rows: failed, isComplete: true },
      'connection whose last poll failed',
      hrefOf('/connections'),
      'connections whose last poll failed',
    ),
    ...lineOf({ rows: consumers, isComplete: true }, 'consumer that lags', hrefOf('/changes'), 'consumers that lag'),
  ];
}

const lineOf = (
  { rows, isComplete }: { rows: readonly unknown[]; isComplete: boolean },
  one: string,
  href: string,
  many = `${one}s`,
): Line[] => (rows.length === 0 ? [] : [{ text: count(rows.length, one, many, isComplete), href }]);

async function counted<Row>(path: string, plural: string, query: Query = {}) {
  const page = await ask<Record<string, unknown>>('get', path, { query: { ...query, limit: MOST } });
  return { rows: page[plural] as Row[], isComplete: page.cursor === undefined };
}

const LAGS_SECONDS = 60;
async function laggards(): Promise<unknown[]> {
  const { consumers } = await ask<{ consumers: Shape<'Consumer'>[] }>('get', '/consumers');
  return consumers.filter(({ lagSeconds }) => lagSeconds > LAGS_SECONDS);
}
