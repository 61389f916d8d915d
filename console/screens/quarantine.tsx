import { useEffect, useState } from 'preact/hooks';
import { longshore } from '../kit/command-line.ts';
import { ActDialog, openDialog } from '../kit/dialog.tsx';
import { useAct } from '../kit/form.tsx';
import { ask, type Shape, useAnswer } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { Problem, Region } from '../kit/screen.tsx';
import { type Columns, Table } from '../kit/table.tsx';
import { Alert, Button, By, Outside, sentence, Time } from '../kit/text.tsx';
import { count } from '../kit/words.ts';

type Webhook = Shape<'QuarantinedWebhook'>;

const columns: Columns<Webhook> = [
  ['Received', ({ receivedAt }) => <Time at={receivedAt} seconds />],
  ['Connection', ({ connection }) => connection],
  ['Topic', ({ topic }) => topic],
  ['Size', ({ size }) => `${size.toLocaleString('en')} B`, 'number'],
  ['Verifies now', ({ admissible }) => (admissible ? 'yes' : 'no'), 'named'],
  ['Admitted', ({ admitted }) => admitted && <By at={admitted.at} by={admitted.by} />, 'wide'],
];

const admissionColumns: Columns<Shape<'AdmissionRecord'>> = [
  ['When', ({ at }) => <Time at={at} />],
  ['Who', ({ by }) => by],
  ['Connection', ({ connection }) => connection],
  ['Webhooks', ({ webhooks }) => webhooks.length, 'number'],
  ['Why', ({ reason }) => reason, 'wide whole'],
];

const VERIFIES =
  'The signature of these is not that of the connection’s secret. If they are the marketplace’s, correct the secret ' +
  '(`longshore connections put`), then admit them. If not, leave them: they go by themselves within a week.';

/** Webhooks that could not be verified; they are let in once they can be. Bodies are not shown: they may be forged. */
export function Quarantine() {
  const list = useList<Webhook>({ path: '/quarantine', filters: { connection: 'connection' } });
  const past = useAnswer('/quarantine/admissions');
  const [said, setSaid] = useState('');
  const waiting = new Set(list.rows.filter(({ admitted }) => !admitted).map(({ connection }) => connection));
  const admissions = past.value?.admissions ?? [];
  const above = (
    <>
      {waiting.size > 0 && <p class="muted">{sentence(VERIFIES)}</p>}
      {[...waiting].sort().map((connection) => (
        <p key={connection} class="actions">
          <span id={`of-${connection}`}>
            <Outside>{connection}</Outside>
          </span>
          <Button
            says="Admit…"
            aria-describedby={`of-${connection}`}
            onClick={() => openDialog(<Admit connection={connection} tell={setSaid} />)}
          />
        </p>
      ))}
    </>
  );
  return (
    <ListScreen
      name="Quarantine"
      list={list}
      columns={columns}
      {...{ said, above }}
      empty="Nothing is in quarantine. A webhook whose proof does not hold stays here for a week, in case it was our secret that was wrong."
    >
      <Problem of={past} />
      <Region title="Admissions" when={admissions.length > 0}>
        <Table name="Admissions" rows={admissions} columns={admissionColumns} />
      </Region>
    </ListScreen>
  );
}

function Admit({ connection, tell }: { connection: string; tell: (text: string) => void }) {
  const [found, setFound] = useState<Shape<'AdmissionDryRun'>>();
  const path = '/quarantine/admit';
  const look = useAct(async () => setFound(await ask('post', path, { body: { connection, dryRun: true } })));
  useEffect(() => void look.run(), []);
  return (
    <ActDialog<Shape<'Admission'>>
      title="Admit"
      path={path}
      body={{ connection }}
      isReady={(found?.admissible ?? 0) > 0}
      command={(reason) => longshore('quarantine admit', { connection, reason, yes: true })}
      onDone={({ admitted }) => tell(`${count(admitted, 'webhook was', 'webhooks were')} admitted.`)}
    >
      <p role="status">
        {found && `${found.admissible} of ${found.admissible + found.refused} verify now`}
        {found?.admissible === 0 && ': nothing can be admitted before the secret is right.'}
        {look.isDoing && 'Verifying them …'}
      </p>
      <Alert>{look.error}</Alert>
      <p>What verifies goes the way of any webhook, with its original time of receipt; the rest stays.</p>
    </ActDialog>
  );
}
