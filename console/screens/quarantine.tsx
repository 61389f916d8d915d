import { useEffect, useState } from 'preact/hooks';
import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { ActDialog, Field, useAct } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { List, useList } from '../kit/list.tsx';
import { useLive } from '../kit/live.ts';
import { announce, Region, Screen } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { Alert, None, Outside, Time } from '../kit/text.tsx';
import { count } from '../kit/words.ts';

type Webhook = Shape<'QuarantinedWebhook'>;
type Admission = Shape<'AdmissionRecord'>;

const idOf = ({ id }: Webhook): string => id;

const columns: readonly Column<Webhook>[] = [
  { title: 'Received', cell: ({ receivedAt }) => <Time at={receivedAt} seconds /> },
  { title: 'Connection', cell: ({ connection }) => <Outside>{connection}</Outside> },
  { title: 'Topic', cell: ({ topic }) => <Outside>{topic}</Outside>, kind: 'wide' },
  { title: 'Size', cell: ({ size }) => `${size.toLocaleString('en')} B`, kind: 'number' },
  { title: 'Verifies now', cell: ({ admissible }) => (admissible ? 'yes' : 'no'), kind: 'number' },
  {
    title: 'Admitted',
    cell: ({ admitted }) =>
      admitted ? (
        <>
          <Time at={admitted.at} /> by <Outside>{admitted.by}</Outside>
        </>
      ) : (
        <None />
      ),
  },
];

/** Webhooks whose proof did not hold: let in once they verify. Nothing of a body is shown, which may be forged. */
export function Quarantine() {
  const list = useList<Webhook>({ path: '/quarantine', plural: 'quarantine', query: {}, idOf });
  const admissions = useLive<{ admissions: Admission[] }>('admissions', () => ask('get', '/quarantine/admissions'));
  const [admitting, setAdmitting] = useState<string>();
  const [said, setSaid] = useState('');
  const connections = [
    ...new Set(list.rows.filter(({ admitted }) => !admitted).map(({ connection }) => connection)),
  ].sort();
  const onAdmitted = (number: number) => {
    setSaid(`${count(number, 'webhook was', 'webhooks were')} admitted.`);
    announce('');
    void list.refresh();
    void admissions.reload();
  };
  return (
    <Screen title="Quarantine" busy={!list.isRead && !list.error}>
      <p role="status">{said}</p>
      {connections.length > 0 && (
        <ul class="per-connection">
          {connections.map((connection) => (
            <li key={connection}>
              <span id={`of-${connection}`}>
                <Outside>{connection}</Outside>
              </span>
              <button type="button" aria-describedby={`of-${connection}`} onClick={() => setAdmitting(connection)}>
                Admit…
              </button>
            </li>
          ))}
        </ul>
      )}
      <List
        name="Quarantine"
        list={list}
        columns={columns}
        empty="Nothing is in quarantine. A webhook whose proof does not hold stays here for a week, in case it was our secret that was wrong."
      />
      <Admissions rows={admissions.value?.admissions ?? []} />
      <AsCommand lines={[longshore('quarantine list'), curl('GET', '/quarantine')]} />
      {admitting && <Admit connection={admitting} onClose={() => setAdmitting(undefined)} onAdmitted={onAdmitted} />}
    </Screen>
  );
}

function Admissions({ rows }: { rows: readonly Admission[] }) {
  if (rows.length === 0) return null;
  return (
    <Region title="Admissions">
      <Table
        name="Admissions"
        rows={rows}
        idOf={({ id }) => id}
        columns={[
          { title: 'When', cell: ({ at }) => <Time at={at} /> },
          { title: 'Who', cell: ({ by }) => <Outside>{by}</Outside> },
          { title: 'Connection', cell: ({ connection }) => <Outside>{connection}</Outside> },
          { title: 'Webhooks', cell: ({ webhooks }) => webhooks.length, kind: 'number' },
          { title: 'Why', cell: ({ reason }) => <Outside>{reason}</Outside>, kind: 'wide' },
        ]}
      />
    </Region>
  );
}

interface AdmitProps {
  connection: string;
  onClose: () => void;
  onAdmitted: (number: number) => void;
}

function Admit({ connection, onClose, onAdmitted }: AdmitProps) {
  const [found, setFound] = useState<Shape<'AdmissionDryRun'>>();
  const [reason, setReason] = useState('');
  const path = '/quarantine/admit';
  const look = useAct(async () => setFound(await ask('post', path, { body: { connection, dryRun: true } })));
  useEffect(() => void look.run(), []);
  const body = { connection, reason: reason.trim() };
  const act = async () => {
    const { admitted } = await ask<Shape<'Admission'>>('post', path, { body });
    onAdmitted(admitted);
    onClose();
  };
  return (
    <ActDialog
      title="Admit"
      verb="Admit"
      isReady={body.reason !== '' && (found?.admissible ?? 0) > 0}
      {...{ onClose, act }}
      after={
        <AsCommand
          lines={[
            longshore('quarantine admit', { connection, reason: body.reason, yes: true }),
            curl('POST', path, { body }),
          ]}
        />
      }
    >
      <p role="status">
        {found && `${found.admissible} of ${found.admissible + found.refused} verify now`}
        {look.isDoing && 'Verifying them …'}
      </p>
      <Alert>{look.error}</Alert>
      <p>What verifies goes the way of any webhook, with its original time of receipt; the rest stays.</p>
      <Field label="Reason" value={reason} onInput={setReason} required />
    </ActDialog>
  );
}
