import { execFile } from 'node:child_process';
import { ENDPOINT, envName, queues } from '#lib/topology';
import { count } from '../format.ts';
import { type Check, type Found, orWell, UncheckedError, well, wrong } from './finding.ts';

/** The AWS account, read with the AWS CLI: the hub has only the SDK clients that its functions need. */
export interface Account {
  /** What the names of all resources begin with: `longshore-production`. */
  prefix: string;
  ask(...words: string[]): Promise<unknown>;
}

/**
 * `longshore-production`, from a secret's name, `…:secret:longshore/production/endpoint-AbCdEf`. A queue's name would
 * not do, as SST generates part of it: `longshore-production-InboundQueue-kxbkzmnk`.
 */
export const prefixOf = (environment: Readonly<Record<string, string>>): string =>
  (environment[envName.secretId(ENDPOINT)] ?? '').split(':').at(-1)?.split('/').slice(0, 2).join('-') ?? '';

/** With less, the queues' consumers starve each other, and healthy messages become dead letters. */
const LEAST_CONCURRENCY = 200;

const concurrency: Check<Account> = {
  name: 'concurrency',
  async look({ ask }) {
    const { AccountLimit } = (await ask('lambda', 'get-account-settings')) as {
      AccountLimit?: { ConcurrentExecutions?: number };
    };
    const limit = AccountLimit?.ConcurrentExecutions ?? 0;
    const wanted = queues.reduce((sum, { maximumConcurrency }) => sum + maximumConcurrency, 0);
    const says = `${limit} functions may run at once in this account and region`;
    if (limit >= LEAST_CONCURRENCY) return [well(`${says}; the queues take up to ${wanted}`)];
    const cure =
      'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000';
    return [wrong(says, cure)];
  },
};

interface Alarm {
  AlarmName: string;
  ActionsEnabled?: boolean;
  AlarmActions?: string[];
  StateValue?: string;
}

const AGAIN = 'deploy this stage again';

const alarms: Check<Account> = {
  name: 'alarms',
  async look({ prefix, ask }) {
    const { MetricAlarms: all = [] } = (await ask(
      ...['cloudwatch', 'describe-alarms', '--alarm-name-prefix', `${prefix}-`],
    )) as { MetricAlarms?: Alarm[] };
    if (all.length === 0) return [wrong(`none begins with ${prefix}-`, AGAIN)];
    const mute = all.filter(
      ({ ActionsEnabled, AlarmActions = [] }) => ActionsEnabled === false || AlarmActions.length === 0,
    );
    const ringing = all.filter(({ StateValue }) => StateValue === 'ALARM');
    const topics = new Set(all.flatMap(({ AlarmActions = [] }) => AlarmActions).filter((arn) => arn.includes(':sns:')));
    const found = [
      ...(mute.length > 0
        ? [wrong(`${count(mute.length, 'alarm tells', 'alarms tell')} nobody: ${named(mute)}`, AGAIN)]
        : []),
      ...ringing.map(({ AlarmName }) => wrong(`${AlarmName} is ringing`, 'its description leads to the runbook')),
      ...(await Promise.all([...topics].map((arn) => lookAtTopic(arn, ask)))).flat(),
    ];
    return orWell(found, `${count(all.length, 'alarm', 'alarms')}, all quiet, and somebody is told`);
  },
};

const named = (some: readonly Alarm[]): string =>
  [...some.slice(0, 3).map(({ AlarmName }) => AlarmName), ...(some.length > 3 ? ['…'] : [])].join(', ');

async function lookAtTopic(arn: string, ask: Account['ask']): Promise<Found[]> {
  const { Subscriptions = [] } = (await ask('sns', 'list-subscriptions-by-topic', '--topic-arn', arn)) as {
    Subscriptions?: Array<{ SubscriptionArn: string; Endpoint?: string }>;
  };
  if (Subscriptions.length === 0) return [wrong('nobody is subscribed to them', 'set ALARM_EMAIL and deploy again')];
  return Subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn === 'PendingConfirmation').map(({ Endpoint }) =>
    wrong(`${Endpoint} has not confirmed`, 'follow the link in the mail from AWS Notifications; look in spam, too'),
  );
}

export const accountChecks: readonly Check<Account>[] = [concurrency, alarms];

const TIMEOUT_MS = 30_000;

/** Runs the AWS CLI of this machine. Throws UncheckedError if there is none, or if it lacks permission. */
export function askAws(region: string, words: readonly string[], run: typeof execFile = execFile): Promise<unknown> {
  const args = [...words, '--region', region, '--output', 'json', '--no-cli-pager'];
  return new Promise((resolve, reject) => {
    run('aws', args, { timeout: TIMEOUT_MS, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (!error) return resolve(JSON.parse(stdout || '{}'));
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const why = isMissing ? 'the AWS CLI is not installed here' : stderr.trim().split('\n').at(-1) || error.message;
      reject(new UncheckedError(`${why}: look with aws ${words.join(' ')}`));
    });
  });
}
