import { logicalName, physicalName } from '../names';
import { isLean, setting } from '../settings';

/** Where alarms go. Only CloudWatch may publish to it, and only this deployment's alarms. */
export function createAlarmTopic(): sst.aws.SnsTopic {
  const account = aws.getCallerIdentityOutput().accountId;
  const region = aws.getRegionOutput().region;
  const topic = new sst.aws.SnsTopic('Alarms', {
    ...(!isLean() && { transform: { topic: { kmsMasterKeyId: createKey(account).arn } } }),
  });
  new aws.sns.TopicPolicy('AlarmsPolicy', {
    arn: topic.arn,
    policy: $jsonStringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topic.arn,
          Condition: {
            ArnLike: {
              'aws:SourceArn': $interpolate`arn:aws:cloudwatch:${region}:${account}:alarm:${physicalName('*')}`,
            },
          },
        },
      ],
    }),
  });
  const email = setting('ALARM_EMAIL');
  if (email)
    new aws.sns.TopicSubscription(logicalName('alarms-email'), {
      topic: topic.arn,
      protocol: 'email',
      endpoint: email,
    });
  return topic;
}

// A key of ours, at a dollar a month: CloudWatch may not use the one that AWS keeps for SNS, and alarms would be lost
// in silence. Without a key the topic is not encrypted, and alarms name queues and functions.
const createKey = (account: $util.Output<string>): aws.kms.Key =>
  new aws.kms.Key('AlarmsKey', {
    description: `Alarms of ${$app.name} ${$app.stage} on their way`,
    enableKeyRotation: true,
    policy: $jsonStringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: $interpolate`arn:aws:iam::${account}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:SourceAccount': account } },
        },
      ],
    }),
  });
