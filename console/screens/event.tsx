import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ActDialog, Field, useAct } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { useLive } from '../kit/live.ts';
import { segment } from '../kit/place.ts';
import { Facts, Region, Screen } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { Alert, Id, LinkTo, Outside, Raw, State, Time } from '../kit/text.tsx';
import { count } from '../kit/words.ts';
import { Missing } from './missing.tsx';

type Event = Shape<'InboundEventWithBody'>;
type Remap = Shape<'Remap'>;

/** One thing that arrived: why it could not be read, what it says, and what the present mapper makes of it. */
export function Event({ id }: { id: string }) {
  const path = `/events/${segment(id)}`;
  const live = useLive<Event>(path, () => ask('get', path), { everyMs: 10_000 });
  const [preview, setPreview] = useState<Remap>();
  const [isApplying, setApplying] = useState(false);
  const { value: event, error } = live;
  const body = { filter: { event: id }, apply: false };
  const look = useAct(async () => setPreview(await ask('post', '/remaps', { body })));
  if (error?.status === 404) return <Missing what="event" list="/events" />;
  return (
    <Screen
      title="Event"
      of={live}
      actions={
        event && (
          <button type="button" disabled={look.isDoing} onClick={() => void look.run()}>
            Preview remap
          </button>
        )
      }
    >
      {event && (
        <>
          <p class="lead">
            <State>{event.state}</State>{' '}
            {event.error && (
              <>
                <code>{event.error.code}</code>{' '}
                {event.error.field && (
                  <code>
                    <Outside>{event.error.field}</Outside>
                  </code>
                )}{' '}
                <Outside>{event.error.description}</Outside>
              </>
            )}
          </p>
          <Facts>
            {[
              ['Id', <Id key="id">{event.id}</Id>],
              [
                'Connection',
                <LinkTo key="connection" list="/connections" id={event.connection}>
                  <Outside>{event.connection}</Outside>
                </LinkTo>,
              ],
              ['Topic', <Outside key="topic">{event.topic}</Outside>],
              [
                'Received',
                <span key="at">
                  <Time at={event.receivedAt} seconds /> by {event.receivedBy}
                </span>,
              ],
              event.order !== null && (['Order', <LinkTo key="order" list="/orders" id={event.order} />] as const),
              event.note !== null && (['Note', <Outside key="note">{event.note}</Outside>] as const),
              event.traceId !== null && (['Trace', <Id key="trace">{event.traceId}</Id>] as const),
            ]}
          </Facts>
          <Alert>{look.error}</Alert>
          {preview && <Preview of={preview} onApply={() => setApplying(true)} />}
          <Body event={event} />
          <AsCommand
            lines={[
              longshore(`events show ${quote(id)}`),
              curl('GET', path),
              longshore(`remap --filter ${quote(`event=${id}`)}`),
              curl('POST', '/remaps', { body }),
            ]}
          />
          {isApplying && (
            <Apply
              id={id}
              onClose={() => setApplying(false)}
              onDone={async () => {
                setPreview(undefined);
                await live.reload();
              }}
            />
          )}
        </>
      )}
    </Screen>
  );
}

/** Paths and types, until it is revealed. */
function Body({ event }: { event: Event }) {
  const [revealed, setRevealed] = useState<Event>();
  const reveal = useAct(async () => setRevealed(await ask('post', `/events/${segment(event.id)}/reveal`)));
  const shown = revealed ?? event;
  const text = revealed ? decoded(shown) : pretty(shown.body);
  return (
    <Region
      title="Raw body"
      actions={
        !revealed && (
          <button type="button" disabled={reveal.isDoing} onClick={() => void reveal.run()}>
            Reveal
          </button>
        )
      }
    >
      <Alert>{reveal.error}</Alert>
      {!revealed && (
        <p class="muted">Its members and their types: a body may hold a buyer. Who reveals it is on record.</p>
      )}
      {text === '' ? <p class="muted">Nothing of it is JSON, or nothing is kept of it.</p> : <Raw>{text}</Raw>}
      {shown.bodyTruncated && <p class="muted">Only its beginning is kept.</p>}
    </Region>
  );
}

const decoded = ({ body, encoding }: Event): string =>
  encoding === 'base64'
    ? new TextDecoder().decode(Uint8Array.from(atob(body), (character) => character.charCodeAt(0)))
    : body;

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const OUTCOMES: Readonly<Record<string, string>> = {
  created: 'It would make an order.',
  changed: 'It would change its order.',
  read: 'It is readable now, and changes no order by itself.',
  unreadable: 'It still cannot be read.',
  conflict: 'It conflicts with what stands: a person must decide.',
  missing: 'Its body is no longer kept.',
};

const valueText = (value: unknown): string =>
  value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

function Preview({ of: { outcomes, unchanged, examined }, onApply }: { of: Remap; onApply: () => void }) {
  const applies = outcomes.some(({ outcome }) => ['created', 'changed', 'read'].includes(outcome));
  return (
    <Region
      title="Remap preview"
      actions={
        applies && (
          <button type="button" class="primary" onClick={onApply}>
            Apply remap…
          </button>
        )
      }
    >
      {unchanged > 0 && <p>It reads as it stands: nothing would change.</p>}
      {examined === 0 && <p>There is nothing of it to read again.</p>}
      {outcomes.map((each) => (
        <div key={each.event}>
          <p>{OUTCOMES[each.outcome] ?? each.outcome} Nothing is applied yet.</p>
          {each.changes.length > 0 && (
            <Table
              name="What would change"
              rows={each.changes}
              idOf={({ member }) => member}
              columns={[
                {
                  title: 'Member',
                  cell: ({ member }) => (
                    <code>
                      <Outside>{member}</Outside>
                    </code>
                  ),
                },
                { title: 'From', cell: ({ from }) => <Outside>{valueText(from)}</Outside>, kind: 'wide' },
                { title: 'To', cell: ({ to }) => <Outside>{valueText(to)}</Outside>, kind: 'wide' },
              ]}
            />
          )}
          <p>
            {each.deliveries.length === 0
              ? 'It would open no delivery.'
              : `It would open ${count(each.deliveries.length, 'delivery', 'deliveries')}.`}
          </p>
          {each.note && (
            <p class="needs">
              <Outside>{each.note}</Outside>
            </p>
          )}
          {each.error && (
            <p class="needs">
              <Outside>{`${each.error.code}: ${each.error.description}`}</Outside>
            </p>
          )}
        </div>
      ))}
    </Region>
  );
}

function Apply({ id, onClose, onDone }: { id: string; onClose: () => void; onDone: () => Promise<void> }) {
  const [reason, setReason] = useState('');
  const body = { filter: { event: id }, apply: true, reason: reason.trim() };
  const act = async () => {
    await ask('post', '/remaps', { body });
    await onDone();
    onClose();
  };
  return (
    <ActDialog
      title="Apply remap"
      verb="Apply remap"
      isReady={body.reason !== ''}
      {...{ onClose, act }}
      after={
        <AsCommand
          lines={[
            longshore(`remap --filter ${quote(`event=${id}`)}`, { apply: true, reason: body.reason }),
            curl('POST', '/remaps', { body }),
          ]}
        />
      }
    >
      <p>The order becomes what the present mapper reads. Nothing that was pushed is pushed again.</p>
      <Field label="Reason" value={reason} onInput={setReason} required />
    </ActDialog>
  );
}
