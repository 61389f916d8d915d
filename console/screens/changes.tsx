import { useState } from 'preact/hooks';
import { ActButton } from '../kit/form.tsx';
import { ask, lookAgain, may, type Shape, useAnswer } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { MayOnly, Problem, Screen } from '../kit/screen.tsx';
import { type Columns, Table } from '../kit/table.tsx';
import { Id, show, Time } from '../kit/text.tsx';
import { count, duration } from '../kit/words.ts';

type Consumer = Shape<'Consumer'>;
type Test = Partial<Shape<'EndpointTest'>>;

const lagOf = ({ lagSeconds, lagEntries }: Pick<Consumer, 'lagSeconds' | 'lagEntries'>): string =>
  lagEntries === 0 ? 'none' : `${duration(lagSeconds * 1000)}, ${count(lagEntries, 'change')}`;

const consumerColumns: Columns<Consumer> = [
  ['Consumer', ({ id }) => id],
  ['Committed', ({ committed }) => (committed ? <Id>{committed}</Id> : 'nothing yet')],
  ['Lag', lagOf, 'wide'],
];
const NO_CONSUMER = 'Nobody reads the feed. A consumer is made with `longshore consumers create NAME`.';
const NO_ENDPOINT = 'The hub pushes to no endpoint. One is made with `longshore endpoints add NAME --to URL`.';

/** The consumers of the seller's changes, the endpoints they are pushed to, and how far behind each is. */
export function Changes() {
  const consumers = useAnswer('/consumers');
  const endpoints = useAnswer(may('ops') ? '/endpoints' : null);
  const [said, setSaid] = useState('');
  return (
    <Screen title="Changes" of={consumers} commands={may('ops') ? endpoints.commands : []}>
      <Table name="Consumers" caption columns={consumerColumns} rows={consumers.value?.consumers} empty={NO_CONSUMER} />
      {!may('ops') && <MayOnly />}
      <Problem of={endpoints} />
      <Table
        name="Endpoints"
        caption
        columns={endpointColumns(setSaid)}
        rows={endpoints.value?.endpoints}
        empty={NO_ENDPOINT}
      />
      <p role="status">{said && show(said)}</p>
    </Screen>
  );
}

const WHY = { failing: 'it fails', gone: 'it answered 410', expired: 'it was away too long', asked: 'asked' } as const;

const endpointColumns = (tell: (text: string) => void): Columns<Shape<'Endpoint'>> => [
  ['Endpoint', ({ id }) => id],
  [
    'State',
    ({ state, paused, heldUntil }) => [
      paused ? `paused: ${WHY[paused.why]}` : state,
      heldUntil && [', held until ', <Time key="at" at={heldUntil} seconds />],
    ],
  ],
  ['Lag', lagOf, 'named'],
  ['Last error', ({ lastError }) => lastError && [`${lastError.code} `, <Time key="at" at={lastError.at} />], 'wide'],
  [
    'Do',
    ({ id, paused, heldUntil }) => (
      <span class="actions">
        {[...(paused || heldUntil ? ['Resume'] : []), ...(paused ? [] : ['Pause']), 'Test'].map((verb) => (
          <ActButton says={verb} key={verb} aria-label={`${verb} ${id}`} act={async () => tell(await done(verb, id))} />
        ))}
      </span>
    ),
  ],
];

async function done(verb: string, id: string): Promise<string> {
  const answer = await ask<Test>('post', `${pathOf('/endpoints', id)}/${verb.toLowerCase()}`, {});
  await lookAgain();
  if (verb !== 'Test') return `${id} was ${verb.toLowerCase()}d.`;
  const { ok, httpStatus, code, description } = answer;
  return ok ? `${id} took it (${httpStatus}).` : `${id}: ${description ?? code}`;
}
