import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { useAct } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { useLive } from '../kit/live.ts';
import { segment } from '../kit/place.ts';
import { Facts, Problem, Region, Screen } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { Alert, None, Outside, State, Time } from '../kit/text.tsx';
import { count, duration } from '../kit/words.ts';
import { type Connection as Account, healthOf, missedOf, useConfiguration } from './connections.tsx';
import { Misses } from './misses.tsx';
import { Missing } from './missing.tsx';
import { Try } from './try-body.tsx';

/** One account in large. */
export function Connection({ id }: { id: string }) {
  const live = useConfiguration();
  const { value } = live;
  const connection = value?.connections.find((each) => each.id === id);
  if (value && !connection) return <Missing what="connection" list="/connections" />;
  return (
    <Screen
      title={id}
      of={live}
      actions={connection && <State as={healthOf(connection).as}>{healthOf(connection).word}</State>}
    >
      {connection && (
        <>
          <Polls connection={connection} />
          <Misses connection={connection} />
          <ShapeOf id={id} />
          <Webhooks connection={connection} />
          <Settings connection={connection} />
          <Try id={id} topics={connection.webhooks.map(({ topic }) => topic)} />
          <AsCommand
            lines={[
              longshore('connections list'),
              curl('GET', '/connections'),
              longshore(`poll --connection ${quote(id)}`),
              curl('POST', `/connections/${segment(id)}/poll`),
            ]}
          />
        </>
      )}
    </Screen>
  );
}

function Polls({ connection }: { connection: Account }) {
  const { marketplace, baseUrl, pollIntervalSeconds, requestsPerMinute, poll } = connection;
  const lateMs = Date.now() - Date.parse(poll.lastPolledAt ?? '') - pollIntervalSeconds * 1000;
  return (
    <Facts>
      {[
        ['Marketplace', marketplace],
        [
          'Address',
          <code key="url">
            <Outside>{baseUrl}</Outside>
          </code>,
        ],
        ['Last poll', <Time key="last" at={poll.lastPolledAt} seconds beside />],
        ['Next poll', <Time key="next" at={poll.nextPollAt} seconds />],
        ['Polled every', duration(pollIntervalSeconds * 1000)],
        ['Lag', poll.lastPolledAt === null ? '–' : lateMs > 0 ? duration(lateMs) : 'none'],
        ['Budget', `${requestsPerMinute} requests a minute`],
        ['Missed', missedOf(connection)],
        poll.lastError !== null && (['Last error', <Outside key="error">{poll.lastError}</Outside>] as const),
        poll.unfinished && (['Unfinished', 'It has pages left to read.'] as const),
        poll.backfill !== null &&
          ([
            'Backfill',
            <span key="backfill">
              since <Time at={poll.backfill.since} />, asked by <Outside>{poll.backfill.by}</Outside>
            </span>,
          ] as const),
      ]}
    </Facts>
  );
}

/** Which members its bodies have, and which of them are read. */
function ShapeOf({ id }: { id: string }) {
  const path = `/connections/${segment(id)}/shape`;
  const live = useLive<Shape<'ConnectionShape'>>(path, () => ask('get', path), { everyMs: 30_000 });
  const { value } = live;
  return (
    <Region title="Shape">
      <Problem of={live} />
      {value?.topics.length === 0 && <p class="muted">No body of it was read yet.</p>}
      {value?.topics.map(({ topic, bodies, members }) => (
        <details key={topic} class="topic" open={value.topics.length === 1}>
          <summary>
            <Outside>{topic}</Outside>{' '}
            <span class="muted">
              {count(bodies, 'body', 'bodies')}, {members.filter(({ isRead }) => !isRead).length} of{' '}
              {count(members.length, 'member')} unread
            </span>
          </summary>
          <Table
            name={`Members of ${topic}`}
            rows={members}
            idOf={(member) => member.path}
            columns={[
              {
                title: 'Path',
                cell: (member) => (
                  <code>
                    <Outside>{member.path}</Outside>
                  </code>
                ),
                kind: 'wide',
              },
              { title: 'Types', cell: ({ types }) => types.join(', ') },
              { title: 'Seen', cell: ({ seen }) => seen, kind: 'number' },
              { title: 'Read', cell: ({ isRead }) => (isRead ? 'read' : 'unread') },
              {
                title: 'Changed',
                cell: ({ appearedAt, vanishedAt }) =>
                  vanishedAt ? (
                    <>
                      vanished <Time at={vanishedAt} />
                    </>
                  ) : appearedAt ? (
                    <>
                      appeared <Time at={appearedAt} />
                    </>
                  ) : (
                    <None />
                  ),
                kind: 'minor',
              },
            ]}
          />
        </details>
      ))}
    </Region>
  );
}

/** What is to be registered at the marketplace, and what is, which only it can tell. */
function Webhooks({ connection: { id, webhooks } }: { connection: Account }) {
  const [synced, setSynced] = useState<Shape<'WebhooksSynced'>>();
  const path = `/connections/${segment(id)}/webhooks/sync`;
  const body = { dryRun: true };
  const look = useAct(async () => setSynced(await ask('post', path, { body })));
  if (webhooks.length === 0)
    return (
      <Region title="Webhooks">
        <p class="muted">It calls none: it is polled.</p>
      </Region>
    );
  return (
    <Region
      title="Webhooks"
      actions={
        <button type="button" disabled={look.isDoing} onClick={() => void look.run()}>
          See what is registered
        </button>
      }
    >
      <Alert>{look.error}</Alert>
      <p class="muted">To register:</p>
      <ul class="paths">
        {webhooks.map(({ topic, path: at }) => (
          <li key={topic}>
            <code>
              <Outside>{at}</Outside>
            </code>
          </li>
        ))}
      </ul>
      {synced && (
        <ul class="paths" aria-label="Registered">
          {synced.webhooks.map((step, index) => (
            <li key={index}>
              <code>{JSON.stringify(step)}</code>
            </li>
          ))}
          {synced.webhooks.length === 0 && <li>Nothing would be changed.</li>}
        </ul>
      )}
    </Region>
  );
}

const Settings = ({ connection: { settings } }: { connection: Account }) => (
  <Region title="Settings">
    {Object.keys(settings).length === 0 ? (
      <p class="muted">None of its own. Secrets are shown nowhere.</p>
    ) : (
      <Facts>
        {Object.entries(settings).map(
          ([name, value]) =>
            [
              name,
              <code key={name}>
                <Outside>{JSON.stringify(value)}</Outside>
              </code>,
            ] as const,
        )}
      </Facts>
    )}
  </Region>
);
