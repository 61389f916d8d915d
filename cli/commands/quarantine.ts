import type { AdmissionAnswer, QuarantinedWebhook } from '#lib/api/quarantine';
import type { AdmissionRecord } from '#lib/quarantine/quarantine-schema';
import type { Command } from '../command.ts';
import { refusal } from '../errors.ts';
import { count, relativeTime } from '../format.ts';
import { reason, yes } from '../options.ts';
import type { Column } from '../table.ts';

export function addQuarantine(program: Command): void {
  const quarantine = program.command('quarantine').description('webhooks that could not be verified');
  quarantine
    .command('list')
    .description('refused webhooks, newest first, and which the present secrets would admit')
    .option('--connection <id>', 'of this connection')
    .examples('quarantine list --connection scopio-main')
    .lists('/quarantine', { columns, none: 'nothing is in quarantine' });
  quarantine
    .command('admissions')
    .description('what was admitted, by whom and why, newest first')
    .examples('quarantine admissions')
    .lists('/quarantine/admissions', { columns: admissionColumns, none: 'nothing was admitted' });
  quarantine
    .command('admit')
    .description('verify them once more under the corrected secret, and let the authentic ones in')
    .requiredOption('--connection <id>', 'of this connection')
    .option('--id <id...>', 'only these')
    .addOption(yes('do it; without it, they are only counted'))
    .addOption(reason())
    .examples(
      'quarantine admit --connection scopio-main',
      'quarantine admit --connection scopio-main --reason "the secret was mistyped" --yes',
    )
    .does(async (session, { id: ids, yes: sure, ...asked }: { id?: string[]; yes?: boolean }) => {
      const body = { ...asked, ids, dryRun: !sure };
      const verdict = await session.api.post<AdmissionAnswer>('/quarantine/admit', body);
      session.answer(verdict, describe);
      if ('admissible' in verdict && verdict.admissible > 0) throw refusal('nothing was admitted: say --yes to do it');
    });
}

const columns = (now: Date): Column<QuarantinedWebhook>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'CONNECTION', value: ({ connection }) => connection, flexible: true },
  { title: 'TOPIC', value: ({ topic }) => topic, minor: true },
  { title: 'RECEIVED', value: ({ receivedAt }) => relativeTime(receivedAt, now) },
  { title: 'BYTES', value: ({ size }) => String(size), right: true, minor: true },
  { title: 'ADMISSIBLE', value: ({ admissible }) => (admissible ? 'yes' : 'no') },
  {
    title: 'ADMITTED',
    value: ({ admitted }) => (admitted ? `${relativeTime(admitted.at, now)} by ${admitted.by}` : '-'),
    flexible: true,
  },
];

const admissionColumns = (now: Date): Column<AdmissionRecord>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'CONNECTION', value: ({ connection }) => connection },
  { title: 'ADMITTED', value: ({ webhooks }) => String(webhooks.length), right: true },
  { title: 'OF', value: ({ matched }) => String(matched), right: true, minor: true },
  { title: 'WHEN', value: ({ at }) => relativeTime(at, now) },
  { title: 'BY', value: ({ by }) => by, flexible: true },
  { title: 'REASON', value: ({ reason }) => reason ?? '-', flexible: true },
];

function describe(verdict: AdmissionAnswer): string {
  const { matched, refused, alreadyAdmitted } = verdict;
  const verb = 'admitted' in verdict ? `${verdict.admitted} admitted` : `${verdict.admissible} would be admitted`;
  const record = 'admissionId' in verdict ? ` (${verdict.admissionId})` : '';
  const rest = `${refused} still not authentic, ${alreadyAdmitted} admitted before`;
  return `${count(matched, 'webhook', 'webhooks')}: ${verb}, ${rest}${record}`;
}
