import { useState } from 'preact/hooks';
import { ActButton } from '../kit/form.tsx';
import { type Answer, ask, hubNow, type Shape, useAnswer } from '../kit/hub.ts';
import { hrefOf, pathOf } from '../kit/place.ts';
import { Facts, Items, NoSuch, OneScreen, Region, Screen } from '../kit/screen.tsx';
import { type Columns, linked, Table } from '../kit/table.tsx';
import { Code, Outside, State, Time, Words } from '../kit/text.tsx';
import { conditions, count, duration } from '../kit/words.ts';
import { Try } from './try-body.tsx';

type Account = Shape<'Connection'>;

/** Whether its last poll broke off. One that has used up this minute's requests has not: it goes on in the next. */
export const hasFailed = ({ poll: { lastError } }: Account): boolean =>
  lastError !== null && lastError !== 'budget_spent';

function Health({ of }: { of: Account }) {
  const { poll, polledEverySeconds, awaySince } = of;
  if (awaySince !== null) return <State as="failed">away</State>;
  if (hasFailed(of)) return <State as="failed">last poll failed</State>;
  if (poll.lastError) return <State>waits for its rate limit</State>;
  if (poll.backfill) return <State>reading again</State>;
  if (poll.lastPolledAt === null) return <State>not polled yet</State>;
  const isOld = hubNow() - Date.parse(poll.lastPolledAt) > 3 * polledEverySeconds * 1000 + 120_000;
  return isOld ? <State as="late">polls stay away</State> : <State>well</State>;
}

/** New orders by what told of them first, a webhook or a poll. */
function firsts(misses: Account['misses']) {
  const missed = misses.reduce((sum, { firstByPoll }) => sum + firstByPoll, 0);
  return { missed, all: misses.reduce((sum, { firstByWebhook }) => sum + firstByWebhook, missed) };
}

function missedOf({ misses }: Account): string | null {
  const { missed, all } = firsts(misses);
  return all === 0 ? null : `${missed} of ${all}`;
}

const columns: Columns<Account> = [
  linked('Connection', '/connections', ({ id }) => [id]),
  ['Marketplace', ({ marketplace }) => marketplace],
  ['Health', (connection) => <Health of={connection} />],
  ['Last poll', ({ poll }) => <Time at={poll.lastPolledAt} seconds />],
  ['Next poll', ({ poll }) => <Time at={poll.nextPollAt} seconds />],
  ['Budget', ({ requestsPerMinute }) => `${requestsPerMinute} a minute`, 'number'],
  ['Missed', missedOf, 'number'],
  ['Last error', ({ poll }) => poll.lastError, 'wide'],
];
const NONE = 'There is no connection yet: `longshore connections put` puts the connections file.';

const routeColumns: Columns<Answer<'get', '/connections'>['routes'][number]> = [
  ['From', ({ from }) => (from === '*' ? 'any connection' : from)],
  ['Where', ({ match = {} }) => conditions(match) || 'any line'],
  ['To', ({ to }) => to, 'wide'],
];

/** The accounts at the marketplaces, who ships what, and what was removed. */
export function Connections() {
  const live = useAnswer('/connections');
  const { connections, routes = [], removed = [] } = live.value ?? {};
  return (
    <Screen title="Connections" of={live}>
      <Table name="Connections" columns={columns} rows={connections} empty={NONE} isMain />
      <Region title="Routes" when={routes.length > 0}>
        <p class="muted">Tried in this order for each line of an order.</p>
        <Table name="Routes" columns={routeColumns} rows={routes} />
      </Region>
      <Region title="Removed" when={removed.length > 0}>
        <Items
          of={removed.map(({ id, removedAt, deliveries: { pending, blocked, dead } }) => (
            <>
              <a href={hrefOf('/deliveries', { connection: id })}>
                <Outside>{id}</Outside>
              </a>
              , since <Time at={removedAt} />: {count(pending + blocked + dead, 'delivery waits', 'deliveries wait')}{' '}
              until it comes back
            </>
          ))}
        />
      </Region>
    </Screen>
  );
}

export function Connection({ id }: { id: string }) {
  const live = useAnswer('/connections');
  const shape = useAnswer('/connections/{id}/shape', { id, everyMs: 30_000 });
  const connection = live.value?.connections.find((each) => each.id === id);
  const settings = Object.entries(connection?.settings ?? {}).map(
    ([name, value]) => [name, <Code key={name}>{JSON.stringify(value)}</Code>] as const,
  );
  if (live.value && !connection) return <NoSuch noun="connection" />;
  return (
    <OneScreen
      title={id}
      of={{ ...live, value: connection }}
      actions={(of) => <Health of={of} />}
      commands={shape.commands}
    >
      {(connection) => (
        <>
          <Facts of={factsOf(connection)} />
          <Misses days={connection.misses.slice(0, 45)} />
          <Webhooks {...connection} />
          <Region title="Settings">
            {settings.length === 0 && <p class="muted">None of its own. Secrets are shown nowhere.</p>}
            <Facts of={Object.fromEntries(settings)} />
          </Region>
          <Try id={id} topics={connection.webhooks.map(({ topic }) => topic)} />
          <Region title="Shape" of={shape}>
            {shape.value?.topics.length === 0 && <p class="muted">No body of it was read yet.</p>}
            {shape.value?.topics.map((each, _, { length }) => (
              <Topic key={each.topic} {...each} isOpen={length === 1} />
            ))}
          </Region>
        </>
      )}
    </OneScreen>
  );
}

function factsOf(connection: Account) {
  const { marketplace, baseUrl, polledEverySeconds, requestsPerMinute, poll } = connection;
  const { lastPolledAt, nextPollAt, lastError, remark, unfinished, backfill } = poll;
  const lateMs = hubNow() - Date.parse(lastPolledAt ?? '') - polledEverySeconds * 1000;
  return {
    Marketplace: marketplace,
    Address: <Code>{baseUrl}</Code>,
    'Last poll': <Time at={lastPolledAt} seconds beside />,
    'Next poll': <Time at={nextPollAt} seconds />,
    'Polled every': duration(polledEverySeconds * 1000),
    Lag: lastPolledAt === null ? '–' : lateMs > 0 ? duration(lateMs) : 'none',
    Budget: `${requestsPerMinute} requests a minute`,
    Missed: missedOf(connection) ?? '–',
    'Last error': lastError,
    Remark: remark && <Outside>{remark}</Outside>,
    Unfinished: unfinished && 'It has pages left to read.',
    Backfill: backfill && (
      <>
        since <Time at={backfill.since} />, asked by <Outside>{backfill.by}</Outside>
      </>
    ),
  };
}

const dayColumns: Columns<Account['misses'][number]> = [
  ['Day', ({ day }) => day],
  ['By webhook', ({ firstByWebhook }) => firstByWebhook, 'number'],
  ['By poll', ({ firstByPoll }) => firstByPoll, 'number'],
  [
    'Late',
    ({ lateWebhooks: late, latenessSeconds }) =>
      late > 0 ? `${late}, by ${duration((latenessSeconds / late) * 1000)}` : 0,
    'number',
  ],
];

/** The width of a day in the chart, the width of its bar, and the chart's height. */
const [STEP, BAR, HEIGHT] = [18, 14, 64];

/** What told of new orders first, day by day: a chart, and its table. */
function Misses({ days }: { days: Account['misses'] }) {
  const { missed, all } = firsts(days);
  const most = Math.max(1, ...days.map(({ firstByPoll, firstByWebhook }) => firstByPoll + firstByWebhook));
  const unit = HEIGHT / most;
  // In a day's bar, polls are stacked on webhooks.
  const bar = (at: number, number: number, below = 0) =>
    `M${at * STEP} ${HEIGHT - below * unit}h${BAR}v${-number * unit}h${-BAR}z`;
  const oldest = days.toReversed();
  return (
    <figure>
      <figcaption class="head">Webhooks missed by day</figcaption>
      <svg
        role="img"
        aria-label={`Webhooks missed by day: polls found ${missed} of ${count(all, 'new order')} first, in ${count(days.length, 'day')}.`}
        viewBox={`0 0 ${Math.max(1, days.length) * STEP} ${HEIGHT}`}
        height={days.length > 0 ? HEIGHT : 1}
      >
        <path d={oldest.map((day, at) => bar(at, day.firstByWebhook)).join('')} />
        <path class="by-poll" d={oldest.map((day, at) => bar(at, day.firstByPoll, day.firstByWebhook)).join('')} />
      </svg>
      <Table name="Webhooks missed by day" columns={dayColumns} rows={days} empty="No new order was told of yet." />
    </figure>
  );
}

const memberColumns: Columns<Shape<'ShapeMember'>> = [
  ['Path', ({ path }) => <Code>{path}</Code>, 'wide'],
  ['Types', ({ types }) => types.join(', ')],
  ['Seen', ({ seen }) => seen, 'number'],
  ['Read', ({ isRead }) => (isRead ? 'read' : <State as="unreadable">unread</State>)],
  ['Appeared', ({ appearedAt }) => <Time at={appearedAt} />],
  ['Vanished', ({ vanishedAt }) => <Time at={vanishedAt} />],
];

type TopicProps = Answer<'get', '/connections/{id}/shape'>['topics'][number] & { isOpen: boolean };

const Topic = ({ topic, bodies, members, isOpen }: TopicProps) => (
  <details open={isOpen}>
    <summary>
      <Outside>{topic}</Outside>{' '}
      <span class="muted">
        {count(bodies, 'body', 'bodies')}, {members.filter(({ isRead }) => !isRead).length} of{' '}
        {count(members.length, 'member')} unread
      </span>
    </summary>
    <Table name={`Members of ${topic}`} rows={members} columns={memberColumns} />
  </details>
);

type Synced = Answer<'post', '/connections/{id}/webhooks/sync'>;

const STEPS: Readonly<Record<Synced['webhooks'][number]['action'], string>> = {
  keep: 'Stands',
  create: 'Is to be made',
  remove: 'Is to go',
  leave: 'Somebody else’s',
  paste: 'To be pasted there',
};

/** What to register at the marketplace, and what is registered there, which only the marketplace knows. */
function Webhooks({ id, webhooks }: Pick<Account, 'id' | 'webhooks'>) {
  const [synced, setSynced] = useState<Synced>();
  const path = `${pathOf('/connections', id)}/webhooks/sync`;
  const look = async () => setSynced(await ask('post', path, { body: { dryRun: true } }));
  const registered = synced?.webhooks.map(({ action, url, error }) => (
    <>
      {STEPS[action]}: <Code>{url}</Code> {error && <Outside>{error}</Outside>}
    </>
  ));
  return (
    <Region title="Webhooks" actions={webhooks.length > 0 && <ActButton says="See what is registered" act={look} />}>
      <p class="muted">{webhooks.length > 0 ? 'To register:' : 'It calls none: it is polled.'}</p>
      <Items of={webhooks.map((each) => <Code key={each.topic}>{each.path}</Code>)} />
      <Words>{synced?.pasteHint}</Words>
      {registered?.length === 0 && <p>Nothing is registered there.</p>}
      {registered && <Items label="Registered" of={registered} />}
    </Region>
  );
}
