import { useState } from 'preact/hooks';
import { Raw } from '../kit/command.tsx';
import { Field, useAct } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { Region } from '../kit/screen.tsx';
import { Alert, Code, Outside } from '../kit/text.tsx';
import { causeText, count } from '../kit/words.ts';
import { WhyUnread } from './event.tsx';

type Tried = Shape<'Tried'>;

/** A bench for mappers: what the hub would read and do. Nothing is stored. */
export function Try({ id, topics }: { id: string; topics: readonly string[] }) {
  const [topic, setTopic] = useState(topics[0] ?? '');
  const [text, setText] = useState('');
  const [tried, setTried] = useState<Tried>();
  const run = useAct(async () => {
    setTried(undefined);
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      throw new Error('The body is not JSON.');
    }
    setTried(await ask('post', `${pathOf('/connections', id)}/try`, { body: { topic, body } }));
  });
  const submit = (event: Event) => {
    event.preventDefault();
    void run.run();
  };
  const hint = topics.length > 0 ? `Such as ${topics.join(', ')}.` : undefined;
  return (
    <Region title="Try a body">
      <p class="muted">It runs through mapping and planning, and nothing is stored.</p>
      <form onSubmit={submit}>
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
    {explanation && (
      <p>
        <Outside>{explanation.sentence}</Outside>
      </p>
    )}
    {order && (
      <ul class="paths" aria-label="The order it reads">
        <li>
          The order <Outside>{order.number}</Outside>, {order.status}.
        </li>
        {order.lines.map((line) => (
          <li key={line.id}>
            {line.quantity} × <Outside>{line.title}</Outside>
          </li>
        ))}
      </ul>
    )}
    {placements.length > 0 && (
      <ul class="paths" aria-label="Deliveries it would plan">
        {placements.map(({ to, lineItems, blocked }) => (
          <li key={to ?? ''}>
            <Outside>{to === null ? 'Nobody ships' : `To ${to}:`}</Outside> {count(lineItems.length, 'line')}
            {blocked && ', blocked: '}
            {blocked && <Outside>{causeText(blocked)}</Outside>}
          </li>
        ))}
      </ul>
    )}
    {change && <Raw>{JSON.stringify(change, null, 2)}</Raw>}
    {unread.length > 0 && <p class="muted">Not read: {unread.map((each) => [<Code key={each}>{each}</Code>, ' '])}</p>}
  </Region>
);
