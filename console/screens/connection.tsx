import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { useAct } from '../kit/dialog.tsx';
import { ask, hubNow, type Shape } from '../kit/hub.ts';
import { useAnswer } from '../kit/live.ts';
import { pathOf } from '../kit/place.ts';
import { Facts, Missing, Problem, Region, Screen } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { Alert, Button, Code, Outside } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { count, duration } from '../kit/words.ts';
import { type Connection as Account, Health, missedOf, sumOf, useConfiguration } from './connections.tsx';
import { Try } from './try-body.tsx';

/** One account in large. */
export function Connection({ id }: { id: string }) {
  const live = useConfiguration();
  const connection = live.value?.connections.find((each) => each.id === id);
  if (live.value && !connection) return <Missing says="There is no such connection." back="/connections" />;
  return (
    <Screen title={id} of={live} actions={connection && <Health of={connection} />}>
      {connection && (
        <>
          <Polls connection={connection} />
          <Misses of={connection} />
          <Webhooks connection={connection} />
          <Settings connection={connection} />
          <Try id={id} topics={connection.webhooks.map(({ topic }) => topic)} />
          <ShapeOf id={id} />
          <AsCommand
            lines={[
              ...[longshore('connections list'), curl('GET', '/connections')],
              ...[longshore(`connections shape ${quote(id)}`), curl('GET', `${pathOf('/connections', id)}/shape`)],
            ]}
          />
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
function Misses({ of: { misses } }: { of: Account }) {
  const days = misses.slice(0, 45);
  const most = Math.max(1, ...days.map(({ firstByPoll, firstByWebhook }) => firstByPoll + firstByWebhook));
  const missed = sumOf(days.map(({ firstByPoll }) => firstByPoll));
  const all = missed + sumOf(days.map(({ firstByWebhook }) => firstByWebhook));
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
        {[...days].reverse().map(({ day, firstByPoll, firstByWebhook }, index) => (
          <g key={day} transform={`translate(${index * BAR.step} 0)`}>
            <title>{`${day}: ${firstByWebhook} by webhook, ${firstByPoll} by poll`}</title>
            {bar('by-webhook', firstByWebhook, 0)}
            {bar('by-poll', firstByPoll, firstByWebhook)}
          </g>
        ))}
      </svg>
      {days.length === 0 ? (
        <p class="muted">No new order was told of yet.</p>
      ) : (
        <Table name="Webhooks missed by day" rows={days} idOf={({ day }) => day} columns={dayColumns} />
      )}
    </figure>
  );
}

type Member = Shape<'ConnectionShape'>['topics'][number]['members'][number];

const memberColumns: ReadonlyArray<Column<Member>> = [
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
  const live = useAnswer<Shape<'ConnectionShape'>>(`${pathOf('/connections', id)}/shape`, { everyMs: 30_000 });
  const topics = live.value?.topics ?? [];
  return (
    <Region title="Shape">
      <Problem of={live} />
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

/** What is to be registered at the marketplace, and what is, which only it can tell. */
function Webhooks({ connection: { id, webhooks } }: { connection: Account }) {
  const [synced, setSynced] = useState<Shape<'WebhooksSynced'>>();
  const path = `${pathOf('/connections', id)}/webhooks/sync`;
  const look = useAct(async () => setSynced(await ask('post', path, { body: { dryRun: true } })));
  const actions = <Button act={look}>See what is registered</Button>;
  return (
    <Region title="Webhooks" actions={webhooks.length > 0 && actions}>
      <Alert>{look.error}</Alert>
      <p class="muted">{webhooks.length > 0 ? 'To register:' : 'It calls none: it is polled.'}</p>
      <ul class="paths">
        {webhooks.map(({ topic, path: at }) => (
          <li key={topic}>
            <Code>{at}</Code>
          </li>
        ))}
      </ul>
      {synced && <Registered of={synced} />}
    </Region>
  );
}

const STEPS = {
  keep: 'Stands',
  create: 'Is to be made',
  remove: 'Is to go',
  leave: 'Somebody else’s',
  paste: 'To be pasted there',
} as const;

const Registered = ({ of: { webhooks, pasteHint } }: { of: Shape<'WebhooksSynced'> }) => (
  <>
    {pasteHint && (
      <p>
        <Outside>{pasteHint}</Outside>
      </p>
    )}
    {webhooks.length === 0 && <p>Nothing is registered there.</p>}
    <ul class="paths" aria-label="Registered">
      {webhooks.map(({ action, url, error }) => (
        <li key={`${action} ${url}`}>
          {STEPS[action]}: <Code>{url}</Code> {error && <Outside>{error}</Outside>}
        </li>
      ))}
    </ul>
  </>
);

const Settings = ({ connection: { settings } }: { connection: Account }) => (
  <Region title="Settings">
    {Object.keys(settings).length === 0 && <p class="muted">None of its own. Secrets are shown nowhere.</p>}
    <Facts
      of={Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, <Code key={name}>{JSON.stringify(value)}</Code>]),
      )}
    />
  </Region>
);
