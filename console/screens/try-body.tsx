import { useState } from 'preact/hooks';
import { readJson } from '#lib/platform/json';
import { Field, useAct } from '../kit/form.tsx';
import { ask, HubError, type Shape } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { Items, Region } from '../kit/screen.tsx';
import { Alert, Code, Raw, Words } from '../kit/text.tsx';
import { causeText, count } from '../kit/words.ts';
import { WhyUnread } from './events.tsx';

type Tried = Shape<'Tried'>;

/** A test bench for mappers: what the hub would read and do. Nothing is stored. */
export function Try({ id, topics }: { id: string; topics: readonly string[] }) {
  const [topic, setTopic] = useState(topics[0] ?? '');
  const [text, setText] = useState('');
  const [tried, setTried] = useState<Tried>();
  const run = useAct(async () => {
    setTried(undefined);
    const body = readJson(text);
    if (body === undefined) throw new HubError(0, 'not_json', 'The body is not JSON');
    setTried(await ask('post', `${pathOf('/connections', id)}/try`, { body: { topic, body } }));
  });
  const hint = topics.length > 0 ? `Such as ${topics.join(', ')}.` : undefined;
  return (
    <Region title="Try a body">
      <p class="muted">It runs through mapping and planning, and nothing is stored.</p>
      <form onSubmit={run.run}>
        <Field label="Topic" value={topic} onInput={setTopic} hint={hint} />
        <Field label="Body" value={text} onInput={setText} multiline maxLength={1_000_000} />
        <button type="submit" disabled={run.isDoing || text.trim() === ''}>
          Try
        </button>
      </form>
      <Alert>{run.error}</Alert>
      {tried && <Result of={tried} />}
    </Region>
  );
}

const Result = ({ of: { means, error, order, placements, unread, explanation, change } }: { of: Tried }) => (
  <Region title="Result">
    {error && (
      <p class="needs">
        <WhyUnread error={error} />
      </p>
    )}
    {means && <p>It means: {means}.</p>}
    <Words>{explanation?.sentence}</Words>
    {order && (
      <Items
        label="The order it reads"
        of={[
          `The order ${order.number}, ${order.status}.`,
          ...order.lines.map(({ quantity, title }) => `${quantity} × ${title}`),
        ]}
      />
    )}
    <Items
      label="Deliveries it would plan"
      of={placements.map(({ to, lineItems, blocked }) => {
        const lines = count(lineItems.length, 'line');
        return `${to === null ? 'Nobody ships' : `To ${to}:`} ${lines}${blocked ? `, blocked: ${causeText(blocked)}` : ''}`;
      })}
    />
    {change && <Raw of={change} />}
    {unread.length > 0 && <p class="muted">Not read: {unread.map((each) => [<Code key={each}>{each}</Code>, ' '])}</p>}
  </Region>
);
