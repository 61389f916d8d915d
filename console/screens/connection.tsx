import { useState } from 'preact/hooks';
import { quote, reading } from '../kit/command.tsx';
import { useAct } from '../kit/form.tsx';
import { type Answer, ask, hubNow, type Shape } from '../kit/hub.ts';
import { useAnswer } from '../kit/live.ts';
import { pathOf } from '../kit/place.ts';
import { Facts, Items, NoSuch, Region, Screen } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { Alert, Button, Code, Outside } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { count, duration } from '../kit/words.ts';
import { type Connection as Account, firsts, Health, missedOf } from './connections.tsx';
import { Try } from './try-body.tsx';

/** One account in large. */
export function Connection({ id }: { id: string }) {
  const live = useAnswer('/connections');
  const connection = live.value?.connections.find((each) => each.id === id);
  if (live.value && !connection) return <NoSuch noun="connection" />;
  const commands = [
    ...reading('connections list', '/connections'),
    ...reading(`connections shape ${quote(id)}`, `${pathOf('/connections', id)}/shape`),
  ];
  return (
    <Screen title={id} of={live} actions={connection && <Health of={connection} />} commands={commands}>
      {connection && (
        <>
          <Polls connection={connection} />
          <Misses days={connection.misses.slice(0, 45)} />
          <Webhooks connection={connection} />
          <Settings connection={connection} />
          <Try id={id} topics={connection.webhooks.map(({ topic }) => topic)} />
          <ShapeOf id={id} />
        </>
      )}
    </Screen>
  );
}

function Polls({ connection }: { connection: Account }) {
  const { marketplace, baseUrl, pollIntervalSeconds, requestsPerMinute, poll } = connection;
  const { lastPolledAt, nextPollAt, lastError, unfinished, backfill } = poll;
  const lateMs = hubNow() - Date.parse(lastPolledAt ?? '') - pollIntervalSeconds * 1000;
  return (
    <Facts
      of={{
        Marketplace: marketplace,
        Address: <Code>{baseUrl}</Code>,
        'Last poll': <Time at={lastPolledAt} seconds beside />,
        'Next poll': <Time at={nextPollAt} seconds />,
        'Polled every': duration(pollIntervalSeconds * 1000),
        Lag: lastPolledAt === null ? '–' : lateMs > 0 ? duration(lateMs) : 'none',
        Budget: `${requestsPerMinute} requests a minute`,
        Missed: missedOf(connection) ?? '–',
        'Last error': lastError,
        Unfinished: unfinished && 'It has pages left to read.',
        Backfill: backfill && (
          <>
            since <Time at={backfill.since} />, asked by <Outside>{backfill.by}</Outside>
          </>
        ),
      }}
    />
  );
}

type Day = Account['misses'][number];
const BAR = { step: 18, width: 14, height: 64 };

const dayColumns: ReadonlyArray<Column<Day>> = [
  ['Day', ({ day }) => day, 'wide'],
  ['By webhook', ({ firstByWebhook }) => firstByWebhook, 'number'],
  ['By poll', ({ firstByPoll }) => firstByPoll, 'number'],
  [
    'Late',
    ({ lateWebhooks: late, latenessSeconds }) =>
      late > 0 ? `${late}, by ${duration((latenessSeconds / late) * 1000)}` : 0,
    'number',
  ],
];

/** Who told of new orders first, day by day: a picture, and the table that it is made of. */
function Misses({ days }: { days: readonly Day[] }) {
  const most = Math.max(1, ...days.map(({ firstByPoll, firstByWebhook }) => firstByPoll + firstByWebhook));
  const { missed, all } = firsts([...days]);
  const words = `Webhooks missed by day: polls found ${missed} of ${count(all, 'new order')} first, in ${count(days.length, 'day')}.`;
  const bar = (name: string, number: number, below: number) => (
    <rect
      class={name}
      width={BAR.width}
      height={(number / most) * BAR.height}
      y={BAR.height - ((below + number) / most) * BAR.height}
    />
  );
  return (
    <figure>
      <figcaption>Webhooks missed by day</figcaption>
      <svg
        role="img"
        aria-label={words}
        viewBox={`0 0 ${Math.max(1, days.length) * BAR.step} ${BAR.height}`}
        height={days.length > 0 ? BAR.height : 1}
      >
        {days.toReversed().map(({ day, firstByPoll, firstByWebhook }, index) => (
          <g key={day} transform={`translate(${index * BAR.step} 0)`}>
            <title>{`${day}: ${firstByWebhook} by webhook, ${firstByPoll} by poll`}</title>
            {bar('by-webhook', firstByWebhook, 0)}
            {bar('by-poll', firstByPoll, firstByWebhook)}
          </g>
        ))}
      </svg>
      <Table
        name="Webhooks missed by day"
        columns={dayColumns}
        rows={days}
        idOf={({ day }) => day}
        empty="No new order was told of yet."
      />
    </figure>
  );
}

const memberColumns: ReadonlyArray<Column<Shape<'ShapeMember'>>> = [
  ['Path', ({ path }) => <Code>{path}</Code>, 'wide'],
  ['Types', ({ types }) => types.join(', ')],
  ['Seen', ({ seen }) => seen, 'number'],
  ['Read', ({ isRead }) => (isRead ? 'read' : 'unread')],
  [
    'Changed',
    ({ appearedAt, vanishedAt }) => (
      <>
        {vanishedAt ? 'vanished ' : appearedAt ? 'appeared ' : ''}
        <Time at={vanishedAt ?? appearedAt} />
      </>
    ),
  ],
];

/** Which members its bodies have, and which of them are read. */
function ShapeOf({ id }: { id: string }) {
  const live = useAnswer('/connections/{id}/shape', { id, everyMs: 30_000 });
  const { topics = [] } = live.value ?? {};
  return (
    <Region title="Shape" of={live}>
      {live.value && topics.length === 0 && <p class="muted">No body of it was read yet.</p>}
      {topics.map(({ topic, bodies, members }) => (
        <details key={topic} open={topics.length === 1}>
          <summary>
            <Outside>{topic}</Outside>{' '}
            <span class="muted">
              {count(bodies, 'body', 'bodies')}, {members.filter(({ isRead }) => !isRead).length} of{' '}
              {count(members.length, 'member')} unread
            </span>
          </summary>
          <Table name={`Members of ${topic}`} rows={members} idOf={({ path }) => path} columns={memberColumns} />
        </details>
      ))}
    </Region>
  );
}

type Synced = Answer<'post', '/connections/{id}/webhooks/sync'>;

const STEPS: Readonly<Record<Synced['webhooks'][number]['action'], string>> = {
  keep: 'Stands',
  create: 'Is to be made',
  remove: 'Is to go',
  leave: 'Somebody else’s',
  paste: 'To be pasted there',
};

/** What is to be registered at the marketplace, and what is, which only it can tell. */
function Webhooks({ connection: { id, webhooks } }: { connection: Account }) {
  const [synced, setSynced] = useState<Synced>();
  const path = `${pathOf('/connections', id)}/webhooks/sync`;
  const look = useAct(async () => setSynced(await ask('post', path, { body: { dryRun: true } })));
  const actions = <Button act={look}>See what is registered</Button>;
  const registered = synced?.webhooks.map(({ action, url, error }) => (
    <>
      {STEPS[action]}: <Code>{url}</Code> {error && <Outside>{error}</Outside>}
    </>
  ));
  return (
    <Region title="Webhooks" actions={webhooks.length > 0 && actions}>
      <Alert>{look.error}</Alert>
      <p class="muted">{webhooks.length > 0 ? 'To register:' : 'It calls none: it is polled.'}</p>
      <Items of={webhooks.map((each) => <Code key={each.topic}>{each.path}</Code>)} />
      {synced?.pasteHint && (
        <p>
          <Outside>{synced.pasteHint}</Outside>
        </p>
      )}
      {registered?.length === 0 && <p>Nothing is registered there.</p>}
      {registered && <Items label="Registered" of={registered} />}
    </Region>
  );
}

const Settings = ({ connection: { settings } }: { connection: Account }) => {
  const facts = Object.entries(settings).map(([name, value]) => [
    name,
    <Code key={name}>{JSON.stringify(value)}</Code>,
  ]);
  return (
    <Region title="Settings">
      {facts.length === 0 && <p class="muted">None of its own. Secrets are shown nowhere.</p>}
      <Facts of={Object.fromEntries(facts)} />
    </Region>
  );
};
