import { useState } from 'preact/hooks';
import { reading } from '../kit/command.tsx';
import { useAct } from '../kit/form.tsx';
import { ask, may, type Shape } from '../kit/hub.ts';
import { useAnswer } from '../kit/live.ts';
import { pathOf } from '../kit/place.ts';
import { MayOnly, Problem, Screen } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { Alert, Button, Id } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { count, duration } from '../kit/words.ts';

type Consumer = Shape<'Consumer'>;
type Endpoint = Shape<'Endpoint'>;
type Test = Partial<Shape<'EndpointTest'>>;

const lagOf = ({ lagSeconds, lagEntries }: Pick<Consumer, 'lagSeconds' | 'lagEntries'>): string =>
  lagEntries === 0 ? 'none' : `${duration(lagSeconds * 1000)}, ${count(lagEntries, 'change')}`;

const consumerColumns: ReadonlyArray<Column<Consumer>> = [
  ['Consumer', ({ id }) => id, 'wide'],
  ['Committed', ({ committed }) => (committed ? <Id>{committed}</Id> : 'nothing yet')],
  ['Lag', lagOf, 'number'],
];
const NO_CONSUMER = (
  <>
    Nobody reads the feed. A consumer is made with <code>longshore consumers create NAME</code>.
  </>
);

/** Who follows the seller's changes, and how far behind each is. */
export function Changes() {
  const live = useAnswer('/consumers');
  const mayOperate = may('ops');
  const commands = [
    ...reading('consumers list', '/consumers'),
    ...(mayOperate ? reading('endpoints list', '/endpoints') : []),
  ];
  const rows = live.value?.consumers;
  return (
    <Screen title="Changes" of={live} commands={commands}>
      <Table name="Consumers" caption columns={consumerColumns} rows={rows} empty={NO_CONSUMER} isMain={!mayOperate} />
      {mayOperate ? <Endpoints /> : <MayOnly />}
    </Screen>
  );
}

const WHY = { failing: 'it fails', gone: 'it answered 410', expired: 'it was away too long', asked: 'asked' } as const;

const endpointColumns = (tell: (text: string) => void): ReadonlyArray<Column<Endpoint>> => [
  ['Endpoint', ({ id }) => id, 'wide'],
  ['State', ({ state, paused }) => (paused ? `paused: ${WHY[paused.why]}` : state)],
  ['Lag', lagOf, 'number'],
  ['Last error', ({ lastError }) => lastError && [`${lastError.code} `, <Time key="at" at={lastError.at} />]],
  [
    'Do',
    ({ id, state }) => (
      <span class="actions">
        <Act id={id} verb={state === 'paused' ? 'Resume' : 'Pause'} tell={tell} />
        <Act id={id} verb="Test" tell={tell} />
      </span>
    ),
  ],
];
const NO_ENDPOINT = (
  <>
    The hub pushes to no endpoint. One is made with <code>longshore endpoints add NAME --to URL</code>.
  </>
);

/** Whom the hub pushes the changes to, and what each said when it was tried. */
function Endpoints() {
  const live = useAnswer('/endpoints');
  const [said, setSaid] = useState('');
  const columns = endpointColumns((text) => {
    setSaid(text);
    void live.reload();
  });
  return (
    <>
      <Problem of={live} />
      <Table name="Endpoints" caption columns={columns} rows={live.value?.endpoints} empty={NO_ENDPOINT} isMain />
      <p role="status">{said}</p>
    </>
  );
}

/** One thing to do with an endpoint; `tell` is told what came of it. */
function Act({ id, verb, tell }: { id: string; verb: 'Test' | 'Pause' | 'Resume'; tell: (text: string) => void }) {
  const act = useAct(async () => {
    const answer = await ask<Test>('post', `${pathOf('/endpoints', id)}/${verb.toLowerCase()}`, {});
    tell(verb === 'Test' ? outcomeOf(id, answer) : `${id} was ${verb.toLowerCase()}d.`);
  });
  return (
    <>
      <Button aria-label={`${verb} ${id}`} act={act}>
        {verb}
      </Button>
      <Alert>{act.error}</Alert>
    </>
  );
}

const outcomeOf = (id: string, { ok, httpStatus, code, description }: Test): string =>
  ok ? `${id} took it (${httpStatus}).` : `${id}: ${description ?? code}`;
