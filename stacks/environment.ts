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

/** The variables through which a function learns the names of exactly what it was granted. */
export function environmentFor(
  { table, only, api, send = [], measure = [], redrive = [], secrets = [] }: Grants,
  resources: Resources,
) {
  return {
    ...((table || only) && { [envName.table]: resources.table.name, [envName.publicUrl]: resources.publicUrl }),
    ...(api && ofTheApi(resources)),
    ...(table && { ...ofTheTable(), ...restoredAt() }),
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

/** Where agents' calls go on to, and what may come of them. */
const ofTheApi = ({ publicUrl }: Resources): Record<string, $util.Input<string>> => ({
  [envName.apiUrl]: publicUrl,
  AGENT_REPLAYS: setting('AGENT_REPLAYS'),
});

/** What the ledger goes by: how it repeats, and how long it keeps. */
const ofTheTable = () => ({
  RETRY_LIMIT: setting('RETRY_LIMIT'),
  RETRY_INTERVAL_SECONDS: setting('RETRY_INTERVAL_SECONDS'),
  AWAY_AFTER_FAILURES: setting('AWAY_AFTER_FAILURES'),
  AWAY_AFTER_SECONDS: setting('AWAY_AFTER_SECONDS'),
  AWAY_PROBE_SECONDS: setting('AWAY_PROBE_SECONDS'),
  NOTIFY_SCHEDULE_SECONDS: setting('NOTIFY_SCHEDULE_SECONDS'),
  ENDPOINT_PAUSE_AFTER_SECONDS: setting('ENDPOINT_PAUSE_AFTER_SECONDS'),
  RETENTION_BUYER_DAYS: setting('RETENTION_BUYER_DAYS'),
  RETENTION_ORDER_DAYS: setting('RETENTION_ORDER_DAYS'),
});

const restoredAt = () => {
  const instant = setting('RESTORED_AT');
  return instant === undefined ? {} : { RESTORED_AT: instant };
};
