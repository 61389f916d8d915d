import { useState } from 'preact/hooks';
import { readJson } from '#lib/platform/json';
import { curl, longshore, quote } from '../kit/command-line.ts';
import { ActDialog, openDialog } from '../kit/dialog.tsx';
import type { Filters } from '../kit/filter.tsx';
import { ActButton, useReveal } from '../kit/form.tsx';
import { ask, type Shape, useAnswer } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { pathOf } from '../kit/place.ts';
import { Facts, OneScreen, Region } from '../kit/screen.tsx';
import { type Columns, linked, Table } from '../kit/table.tsx';
import { Button, By, Code, Cure, Id, LinkTo, Outside, Raw, State, Time, Words } from '../kit/text.tsx';
import { causeText, deliveries } from '../kit/words.ts';

type Row = Shape<'InboundEvent'>;
type WithBody = Shape<'InboundEventWithBody'>;
type Remap = Shape<'Remap'>;

const FILTERS: Filters = { state: ['applied', 'duplicate', 'unreadable'], connection: 'connection' };

const columns: Columns<Row> = [
  linked('Received', '/events', ({ id, receivedAt }) => [id, <Time key={id} at={receivedAt} seconds />]),
  ['Connection', ({ connection }) => connection],
  ['Topic', ({ topic }) => topic],
  ['By', ({ receivedBy }) => receivedBy],
  ['State', ({ state }) => <State>{state}</State>],
  linked('Order', '/orders', ({ order }) => [order]),
  [
    'Why',
    ({ error, note, setAside }) => (setAside ? `Set aside: ${setAside.reason}` : (causeText(error) ?? note)),
    'wide',
  ],
];

export const Events = () => (
  <ListScreen
    name="Events"
    list={useList<Row>({ path: '/events', filters: FILTERS, one: '/events' })}
    columns={columns}
    empty="Nothing has arrived yet. Events come by the webhooks and polls of your connections."
  />
);

const MENDED =
  'If the body has what is missing under another name, give that in the connection’s settings (`fields`, ' +
  '`longshore connections put`), then preview a remap and apply it. If not, set it aside, and have the marketplace ' +
  'send it anew if it matters.';

/** One event: why it could not be read, what it says, and what the present mapper makes of it. */
export function Event({ id }: { id: string }) {
  const live = useAnswer('/events/{id}', { id });
  const [preview, setPreview] = useState<Remap>();
  const filter = { event: id };
  const body = { filter, apply: false };
  const remap = `remap --filter ${quote(`event=${id}`)}`;
  const look = async () => setPreview(await ask('post', '/remaps', { body }));
  const apply = () =>
    openDialog(
      <ActDialog
        title="Apply remap"
        path="/remaps"
        body={{ filter, apply: true }}
        command={(reason) => longshore(remap, { apply: true, reason })}
        onDone={() => setPreview(undefined)}
      >
        <p>The order becomes what the present mapper reads. Nothing that was pushed is pushed again.</p>
      </ActDialog>,
    );
  const leave = () =>
    openDialog(
      <ActDialog
        title="Set aside"
        path={`${pathOf('/events', id)}/set-aside`}
        command={(reason) => longshore(`events set-aside ${quote(id)}`, { reason })}
      >
        <p>It waits for nobody from then on. It is kept as long as before, and can still be remapped.</p>
      </ActDialog>,
    );
  return (
    <OneScreen
      title="Event"
      of={live}
      actions={({ state, setAside }) => [
        <ActButton key="look" says="Preview remap" act={look} />,
        state === 'unreadable' && !setAside && <Button says="Set aside…" onClick={leave} />,
      ]}
      commands={[longshore(remap), curl('POST', '/remaps', { body })]}
    >
      {(event) => (
        <>
          <p class="lead">
            <State>{event.state}</State> {event.error && <WhyUnread error={event.error} />}
          </p>
          {event.state === 'unreadable' && !event.setAside && <Cure of={MENDED} />}
          <Facts
            of={{
              Id: <Id>{id}</Id>,
              Connection: <LinkTo list="/connections" id={event.connection} />,
              Topic: event.topic,
              'Named by': event.named?.topic,
              Received: <By at={event.receivedAt} by={event.receivedBy} />,
              Order: event.order && <LinkTo list="/orders" id={event.order} />,
              Note: event.note,
              'Set aside': event.setAside && <By {...event.setAside} />,
              Trace: event.traceId && <Id>{event.traceId}</Id>,
            }}
          />
          {preview && <Preview of={preview} onApply={apply} />}
          <Body event={event} />
        </>
      )}
    </OneScreen>
  );
}

export const WhyUnread = ({ error }: { error: { code: string; field?: string | null; description: string } }) => (
  <>
    <code>{error.code}</code> {error.field && !error.description.includes(error.field) && <Code>{error.field}</Code>}{' '}
    <Outside>{error.description}</Outside>
  </>
);

function Body({ event }: { event: WithBody }) {
  const { revealed, button } = useReveal<WithBody>(pathOf('/events', event.id));
  const text = revealed ? decoded(revealed) : pretty(event.body);
  return (
    <Region title="Raw body" actions={button}>
      {!revealed && (
        <p class="muted">Its members and their types: a body may hold a buyer. Who reveals it is on record.</p>
      )}
      {text === '' ? <p class="muted">Nothing of it is JSON, or nothing is kept of it.</p> : <Raw of={text} />}
      {event.bodyTruncated && <p class="muted">Only its beginning is kept.</p>}
    </Region>
  );
}

const decoded = ({ body, encoding }: WithBody): string =>
  encoding === 'base64'
    ? new TextDecoder().decode(Uint8Array.from(atob(body), (character) => character.charCodeAt(0)))
    : body;

export function pretty(body: string): string {
  const value = readJson(body);
  return value === undefined ? body : JSON.stringify(value, null, 2);
}

const OUTCOMES: Readonly<Record<string, string>> = {
  created: 'It would make an order.',
  changed: 'It would change its order.',
  read: 'It is readable now, and changes no order by itself.',
  unreadable: 'It still cannot be read.',
  conflict: 'It conflicts with what stands: a person must decide.',
  missing: 'Its body is no longer kept.',
};

const valueText = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

const changes: Columns<Remap['outcomes'][number]['changes'][number]> = [
  ['Member', ({ member }) => <Code>{member}</Code>],
  ['From', ({ from }) => valueText(from), 'wide whole'],
  ['To', ({ to }) => valueText(to), 'wide whole'],
];

function Preview({ of: { outcomes, unchanged, examined }, onApply }: { of: Remap; onApply: () => void }) {
  const applies = outcomes.some(({ outcome }) => ['created', 'changed', 'read'].includes(outcome));
  const apply = <Button says="Apply remap…" class="primary" onClick={onApply} />;
  return (
    <Region title="Remap preview" actions={applies && apply}>
      {unchanged > 0 && <p>It reads as it stands: nothing would change.</p>}
      {examined === 0 && <p>There is nothing of it to read again.</p>}
      {outcomes.map((each) => (
        <div key={each.event} class="items">
          <p>{OUTCOMES[each.outcome] ?? each.outcome} Nothing is applied yet.</p>
          {each.error && (
            <p class="needs">
              <WhyUnread error={each.error} />
            </p>
          )}
          <Table name="What would change" columns={changes} rows={each.changes} />
          {applies && (
            <p>It would open {each.deliveries.length === 0 ? 'no delivery' : deliveries(each.deliveries.length)}.</p>
          )}
          <Words class="needs">{each.note}</Words>
        </div>
      ))}
    </Region>
  );
}
