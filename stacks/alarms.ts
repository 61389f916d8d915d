import { queues } from '../lib/topology';
import { find, type Resources } from './environment';
import { logicalName, physicalName } from './names';
import type { Scheduled } from './pollers';
import { setting } from './settings';

/** Longer than a delivery's five minutes between attempts, shorter than anybody's patience. */
const OLDEST_MESSAGE_SECONDS = 15 * 60;

/** One alarm for each dead-letter queue and for the age of each queue's oldest message, and for functions that fail. */
export function alarms(resources: Resources, { deadLetters, functions }: Scheduled): void {
  const topic = new sst.aws.SnsTopic('Alarms');
  const email = setting('ALARM_EMAIL');
  if (email) new aws.sns.TopicSubscription('AlarmsEmail', { topic: topic.arn, protocol: 'email', endpoint: email });

  const alarm = (
    name: string,
    args: Omit<aws.cloudwatch.MetricAlarmArgs, 'comparisonOperator' | 'evaluationPeriods'>,
  ) =>
    new aws.cloudwatch.MetricAlarm(logicalName(name), {
      name: physicalName(name),
      comparisonOperator: 'GreaterThanThreshold',
      evaluationPeriods: 1,
      period: 60,
      treatMissingData: 'notBreaching',
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      ...args,
    });
  const ofQueue = (queue: sst.aws.Queue, metricName: string) => ({
    namespace: 'AWS/SQS',
    metricName,
    dimensions: { QueueName: queue.nodes.queue.name },
    statistic: 'Maximum',
  });
  const notEmpty = (name: string, queue: sst.aws.Queue) =>
    alarm(`${name}-not-empty`, {
      alarmDescription: `${name} holds messages that nobody could work`,
      ...ofQueue(queue, 'ApproximateNumberOfMessagesVisible'),
      threshold: 0,
    });

  for (const { name, deadLetterQueue } of queues) {
    notEmpty(deadLetterQueue, find(resources.queues, deadLetterQueue));
    alarm(`${name}-too-old`, {
      alarmDescription: `A message in ${name} has waited for more than ${OLDEST_MESSAGE_SECONDS / 60} minutes`,
      ...ofQueue(find(resources.queues, name), 'ApproximateAgeOfOldestMessage'),
      threshold: OLDEST_MESSAGE_SECONDS,
    });
  }
  notEmpty('schedule-dead-letters', deadLetters);
  // Nothing queues up behind the clock's own functions: their errors are the only sign.
  for (const [name, { name: functionName }] of functions)
    alarm(`${name}-fails`, {
      alarmDescription: `${name} failed more than twice in five minutes`,
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensions: { FunctionName: functionName },
      statistic: 'Sum',
      period: 300,
      threshold: 2,
    });
}
