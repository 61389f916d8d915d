import { envName, type Grants } from '../lib/topology';
import { setting } from './settings';

/** What the functions may be given. */
export interface Resources {
  readonly table: sst.aws.Dynamo;
  readonly secrets: ReadonlyMap<string, aws.secretsmanager.Secret>;
  readonly queues: ReadonlyMap<string, sst.aws.Queue>;
  /** Where marketplaces and people reach the hub. */
  readonly publicUrl: $util.Input<string>;
}

export function find<T>(resources: ReadonlyMap<string, T>, name: string): T {
  const found = resources.get(name);
  if (!found) throw new Error(`the topology names ${name}, which no stack creates`);
  return found;
}

/** The variables that tell a function the names of exactly what it was granted. */
export function environmentFor(
  { table, only, api, send = [], measure = [], redrive = [], secrets = [] }: Grants,
  resources: Resources,
) {
  return {
    ...((table || only) && { [envName.table]: resources.table.name, [envName.publicUrl]: resources.publicUrl }),
    ...(api && ofTheApi(resources)),
    ...(table && ofTheLedger()),
    ...Object.fromEntries(
      [...send, ...measure, ...redrive].map((name) => [envName.queueUrl(name), find(resources.queues, name).url]),
    ),
    ...Object.fromEntries(secrets.map((name) => [envName.secretId(name), find(resources.secrets, name).arn])),
  };
}

/** All names of the deployment, for the operators' CLI. */
export const environmentOf = (resources: Resources) => ({
  AWS_REGION: aws.getRegionOutput().region,
  ...environmentFor(
    { table: [], send: [...resources.queues.keys()], secrets: [...resources.secrets.keys()] },
    resources,
  ),
});

/** Where agents' calls go, and whether they may start replays. */
const ofTheApi = ({ publicUrl }: Resources): Record<string, $util.Input<string>> => ({
  [envName.apiUrl]: publicUrl,
  AGENT_REPLAYS: setting('AGENT_REPLAYS'),
});

/** What the ledger works by: how it retries, how long it keeps, and when the table was restored. */
const LEDGER_SETTINGS = [
  ...(['RETRY_LIMIT', 'RETRY_INTERVAL_SECONDS', 'NOTIFY_SCHEDULE_SECONDS', 'ENDPOINT_PAUSE_AFTER_SECONDS'] as const),
  ...(['AWAY_AFTER_FAILURES', 'AWAY_AFTER_SECONDS', 'AWAY_PROBE_SECONDS'] as const),
  ...(['RETENTION_BUYER_DAYS', 'RETENTION_ORDER_DAYS', 'RESTORED_AT'] as const),
];

const ofTheLedger = (): Record<string, string> =>
  Object.fromEntries(
    LEDGER_SETTINGS.flatMap((name) => {
      const value = setting(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
