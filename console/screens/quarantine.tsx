import { useEffect, useState } from 'preact/hooks';
import { longshore } from '../kit/command.tsx';
import { ReasonDialog } from '../kit/dialog.tsx';
import { useAct } from '../kit/form.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { useAnswer } from '../kit/live.ts';
import { Problem, Region } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { Alert, Button, Outside } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { count } from '../kit/words.ts';

type Webhook = Shape<'QuarantinedWebhook'>;

const columns: ReadonlyArray<Column<Webhook>> = [
  ['Received', ({ receivedAt }) => <Time at={receivedAt} seconds />],
  ['Connection', ({ connection }) => connection],
  ['Topic', ({ topic }) => topic, 'wide'],
  ['Size', ({ size }) => `${size.toLocaleString('en')} B`, 'number'],
  ['Verifies now', ({ admissible }) => (admissible ? 'yes' : 'no'), 'number'],
  [
    'Admitted',
    ({ admitted }) =>
      admitted && (
        <>
          <Time at={admitted.at} /> by <Outside>{admitted.by}</Outside>
        </>
      ),
  ],
];

const admissionColumns: ReadonlyArray<Column<Shape<'AdmissionRecord'>>> = [
  ['When', ({ at }) => <Time at={at} />],
  ['Who', ({ by }) => by],
  ['Connection', ({ connection }) => connection],
  ['Webhooks', ({ webhooks }) => webhooks.length, 'number'],
  ['Why', ({ reason }) => reason, 'wide whole'],
];

/** Webhooks whose proof did not hold: let in once they verify. Nothing of a body is shown, which may be forged. */
export function Quarantine() {
  const list = useList<Webhook>({ path: '/quarantine' });
  const past = useAnswer('/quarantine/admissions');
  const [admitting, setAdmitting] = useState<string>();
  const [said, setSaid] = useState('');
  const waiting = list.rows.filter(({ admitted }) => !admitted).map(({ connection }) => connection);
  const admissions = past.value?.admissions ?? [];
  const onAdmitted = (number: number) => {
    setSaid(`${count(number, 'webhook was', 'webhooks were')} admitted.`);
    void list.refresh();
    void past.reload();
  };
  return (
    <ListScreen
      title="Quarantine"
      list={list}
      columns={columns}
      choices={
        <>
          <p role="status">{said}</p>
          {waiting.length > 0 && (
            <p class="muted">
              What is signed with your secret verifies once that is right here (<code>longshore connections put</code>),
              and is admitted then. What never does is somebody else’s, and goes by itself within a week.
            </p>
          )}
          {[...new Set(waiting)].sort().map((connection) => (
            <p key={connection} class="actions">
              <span id={`of-${connection}`}>
                <Outside>{connection}</Outside>
              </span>
              <Button aria-describedby={`of-${connection}`} onClick={() => setAdmitting(connection)}>
                Admit…
              </Button>
            </p>
          ))}
        </>
      }
      empty="Nothing is in quarantine. A webhook whose proof does not hold stays here for a week, in case it was our secret that was wrong."
    >
      <Problem of={past} />
      {admissions.length > 0 && (
        <Region title="Admissions">
          <Table name="Admissions" rows={admissions} columns={admissionColumns} />
        </Region>
      )}
      {admitting && <Admit connection={admitting} onClose={() => setAdmitting(undefined)} onAdmitted={onAdmitted} />}
    </ListScreen>
  );
}

interface AdmitProps {
  connection: string;
  onClose: () => void;
  onAdmitted: (number: number) => void;
}

function Admit({ connection, onClose, onAdmitted }: AdmitProps) {
  const [found, setFound] = useState<Shape<'AdmissionDryRun'>>();
  const path = '/quarantine/admit';
  const look = useAct(async () => setFound(await ask('post', path, { body: { connection, dryRun: true } })));
  useEffect(() => void look.run(), []);
  return (
    <ReasonDialog<Shape<'Admission'>>
      title="Admit"
      path={path}
      body={{ connection }}
      isReady={(found?.admissible ?? 0) > 0}
      command={(reason) => longshore('quarantine admit', { connection, reason, yes: true })}
      onClose={onClose}
      onDone={({ admitted }) => onAdmitted(admitted)}
    >
      <p role="status">
        {found && `${found.admissible} of ${found.admissible + found.refused} verify now`}
        {look.isDoing && 'Verifying them …'}
      </p>
      <Alert>{look.error}</Alert>
      <p>What verifies goes the way of any webhook, with its original time of receipt; the rest stays.</p>
    </ReasonDialog>
  );
}
