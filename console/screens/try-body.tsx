import { useState } from 'preact/hooks';
import { Field, useAct } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { segment } from '../kit/place.ts';
import { Region } from '../kit/screen.tsx';
import { Alert, Outside, Raw } from '../kit/text.tsx';
import { count } from '../kit/words.ts';

type Tried = Shape<'Tried'>;

/** A bench for mappers: what the hub would read and do. Nothing is stored. */
export function Try({ id, topics }: { id: string; topics: readonly string[] }) {
  const [topic, setTopic] = useState(topics[0] ?? '');
  const [text, setText] = useState('');
  const [tried, setTried] = useState<Tried>();
  const path = `/connections/${segment(id)}/try`;
  const run = useAct(async () => {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      throw new Error('The body is not JSON.');
    }
    setTried(undefined);
    setTried(await ask('post', path, { body: { topic, body } }));
  });
  return (
    <Region title="Try a body">
      <p class="muted">It runs through mapping and planning, and nothing is stored.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run.run();
        }}
      >
        <Field
          label="Topic"
          value={topic}
          onInput={setTopic}
          hint={topics.length > 0 ? `Such as ${topics.join(', ')}.` : undefined}
        />
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

function Result({ of: { means, error, order, placements, unread, explanation, change } }: { of: Tried }) {
  return (
    <Region title="Result">
      {error && (
        <p class="needs">
          <code>{error.code}</code>{' '}
          {error.field && (
            <code>
              <Outside>{error.field}</Outside>
            </code>
          )}{' '}
          <Outside>{error.description}</Outside>
        </p>
      )}
      {means && <p>It means: {means}.</p>}
      {explanation && (
        <p>
          <Outside>{explanation.sentence}</Outside>
        </p>
      )}
      {order && (
        <ul>
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
        <ul aria-label="Deliveries it would plan">
          {placements.map(({ to, lineItems, blocked }) => (
            <li key={to ?? ''}>
              {to === null ? (
                'Nobody ships'
              ) : (
                <>
                  To <Outside>{to}</Outside>:
                </>
              )}{' '}
              {count(lineItems.length, 'line')}
              {blocked && (
                <>
                  , blocked: <Outside>{`${blocked.code}: ${blocked.description}`}</Outside>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {change && <Raw>{JSON.stringify(change, null, 2)}</Raw>}
      {unread.length > 0 && (
        <p class="muted">
          Not read:{' '}
          {unread.map((each) => (
            <code key={each}>
              <Outside>{each}</Outside>{' '}
            </code>
          ))}
        </p>
      )}
    </Region>
  );
}
