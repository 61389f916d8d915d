import { ACCOUNT, type Resource } from '../synth/mocks.ts';
import type { Call } from './policy.ts';

const REGION = 'eu-central-1';
const arn = (service: string, rest: string, region = REGION) => `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;
const gateway = (path: string) => `arn:aws:apigateway:${REGION}::${path}`;

/** Calls of one service, on one resource. */
const on = (resource: unknown, service: string, names: string, context?: Call['context']): Call[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => ({ action: `${service}:${name}`, resource: String(resource), ...(context && { context }) }));

const passRole = (role: unknown, service: string): Call[] =>
  on(role, 'iam', 'PassRole', { 'iam:PassedToService': `${service}.amazonaws.com` });

const OURS = { 'aws:ResourceTag/application': 'longshore' };

/**
 * What Pulumi's AWS provider calls to create, read, change, tag and delete a resource of a type. Includes rare reads,
 * as a refused one fails a deployment, too.
 */
export const PROVIDER_CALLS: Readonly<Record<string, (resource: Resource) => Call[]>> = {
  'lambda/function:Function': ({ id, inputs }) => [
    ...on(
      arn('lambda', `function:${id}`),
      'lambda',
      `CreateFunction GetFunction GetFunctionConfiguration UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction
       ListVersionsByFunction GetFunctionCodeSigningConfig GetFunctionConcurrency PutFunctionConcurrency
       DeleteFunctionConcurrency ListTags TagResource UntagResource`,
    ),
    ...passRole(inputs.role, 'lambda'),
    // Lambda fetches the code with the deployer's permissions.
    ...on('arn:aws:s3:::sst-asset-abc/assets/code.zip', 's3', 'GetObject'),
  ],
  'lambda/eventSourceMapping:EventSourceMapping': ({ inputs }) => [
    ...on('*', 'lambda', 'CreateEventSourceMapping', { 'lambda:FunctionArn': String(inputs.functionName) }),
    ...on('*', 'lambda', 'ListEventSourceMappings'),
    ...on(
      arn('lambda', 'event-source-mapping:0a1b2c3d-0000-4000-8000-000000000000'),
      'lambda',
      'GetEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping ListTags TagResource UntagResource',
    ),
  ],
  'lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': ({ inputs }) =>
    on(
      arn('lambda', `function:${inputs.functionName}`),
      'lambda',
      'PutFunctionEventInvokeConfig GetFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig',
    ),
  'lambda/functionRecursionConfig:FunctionRecursionConfig': ({ inputs }) =>
    on(
      arn('lambda', `function:${inputs.functionName}`),
      'lambda',
      'PutFunctionRecursionConfig GetFunctionRecursionConfig',
    ),
  'lambda/permission:Permission': ({ inputs }) =>
    on(inputs.function, 'lambda', 'AddPermission GetPolicy RemovePermission'),
  'sqs/queue:Queue': ({ state }) =>
    on(
      state.arn,
      'sqs',
      'CreateQueue GetQueueUrl GetQueueAttributes SetQueueAttributes DeleteQueue ListQueueTags TagQueue UntagQueue',
    ),
  'dynamodb/table:Table': ({ state }) =>
    on(
      state.arn,
      'dynamodb',
      `CreateTable DescribeTable UpdateTable DeleteTable DescribeContinuousBackups UpdateContinuousBackups
       DescribeTimeToLive UpdateTimeToLive ListTagsOfResource TagResource UntagResource`,
    ),
  'secretsmanager/secret:Secret': ({ state }) =>
    on(
      state.arn,
      'secretsmanager',
      'CreateSecret DescribeSecret GetResourcePolicy UpdateSecret DeleteSecret RestoreSecret TagResource UntagResource',
    ),
  'sns/topic:Topic': ({ state }) =>
    on(
      state.arn,
      'sns',
      'CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic ListTagsForResource TagResource UntagResource',
    ),
  'sns/topicPolicy:TopicPolicy': ({ inputs }) => on(inputs.arn, 'sns', 'GetTopicAttributes SetTopicAttributes'),
  'sns/topicSubscription:TopicSubscription': ({ inputs }) =>
    on(
      inputs.topic,
      'sns',
      'Subscribe GetSubscriptionAttributes SetSubscriptionAttributes ListSubscriptionsByTopic Unsubscribe',
    ),
  'iam/role:Role': ({ state }) =>
    on(
      state.arn,
      'iam',
      `CreateRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole ListRolePolicies
       ListAttachedRolePolicies ListInstanceProfilesForRole PutRolePolicy GetRolePolicy DeleteRolePolicy TagRole UntagRole`,
    ),
  'cloudwatch/logGroup:LogGroup': ({ state }) => [
    ...on(
      state.arn,
      'logs',
      `CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy ListTagsForResource TagResource UntagResource`,
    ),
    ...on('*', 'logs', 'DescribeLogGroups'),
  ],
  'cloudwatch/metricAlarm:MetricAlarm': ({ state }) => [
    ...on(
      arn('cloudwatch', `alarm:${state.name}`),
      'cloudwatch',
      'PutMetricAlarm DeleteAlarms ListTagsForResource TagResource UntagResource',
    ),
    // AWS refuses it on `alarm:*`, whatever names were asked for.
    ...on(arn('cloudwatch', 'alarm:*'), 'cloudwatch', 'DescribeAlarms'),
  ],
  'cloudwatch/dashboard:Dashboard': ({ inputs }) =>
    on(
      arn('cloudwatch', `dashboard/${inputs.dashboardName}`, ''),
      'cloudwatch',
      'PutDashboard GetDashboard DeleteDashboards',
    ),
  'scheduler/schedule:Schedule': ({ state, inputs }) => [
    ...on(
      arn('scheduler', `schedule/default/${state.name}`),
      'scheduler',
      'CreateSchedule GetSchedule UpdateSchedule DeleteSchedule',
    ),
    ...passRole((inputs.target as { roleArn: string }).roleArn, 'scheduler'),
  ],
  'apigatewayv2/api:Api': ({ id }) => [
    ...on(gateway('/apis'), 'apigateway', 'POST'),
    ...on(gateway(`/apis/${id}`), 'apigateway', 'GET PATCH DELETE'),
    ...on(gateway('/tags/arn%3Aaws%3Aapigateway'), 'apigateway', 'GET POST PUT DELETE'),
  ],
  'apigatewayv2/integration:Integration': () => [
    ...on(gateway('/apis/x/integrations'), 'apigateway', 'POST GET'),
    ...on(gateway('/apis/x/integrations/y'), 'apigateway', 'GET PATCH DELETE'),
  ],
  'apigatewayv2/route:Route': () => [
    ...on(gateway('/apis/x/routes'), 'apigateway', 'POST GET'),
    ...on(gateway('/apis/x/routes/y'), 'apigateway', 'GET PATCH DELETE'),
  ],
  'apigatewayv2/stage:Stage': () => [
    ...on(gateway('/apis/x/stages'), 'apigateway', 'POST GET'),
    ...on(gateway('/apis/x/stages/$default'), 'apigateway', 'GET PATCH DELETE'),
    // With an access log, API Gateway delivers logs for the stage.
    ...on(
      '*',
      'logs',
      `CreateLogDelivery GetLogDelivery UpdateLogDelivery DeleteLogDelivery ListLogDeliveries PutResourcePolicy
       DescribeResourcePolicies DescribeLogGroups`,
    ),
    ...on(
      `arn:aws:iam::${ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`,
      'iam',
      'CreateServiceLinkedRole',
      { 'iam:AWSServiceName': 'ops.apigateway.amazonaws.com' },
    ),
  ],
  'apigatewayv2/domainName:DomainName': ({ inputs }) => [
    ...on(gateway('/domainnames'), 'apigateway', 'POST'),
    ...on(gateway(`/domainnames/${inputs.domainName}`), 'apigateway', 'GET PATCH DELETE'),
  ],
  'apigatewayv2/apiMapping:ApiMapping': ({ inputs }) => [
    ...on(gateway(`/domainnames/${inputs.domainName}/apimappings`), 'apigateway', 'POST GET'),
    ...on(gateway(`/domainnames/${inputs.domainName}/apimappings/y`), 'apigateway', 'GET PATCH DELETE'),
  ],
  'acm/certificate:Certificate': () => [
    ...on('*', 'acm', 'RequestCertificate ListCertificates'),
    ...on(
      arn('acm', 'certificate/0a1b2c3d'),
      'acm',
      `DescribeCertificate DeleteCertificate UpdateCertificateOptions ListTagsForCertificate
       AddTagsToCertificate RemoveTagsFromCertificate`,
    ),
  ],
  'acm/certificateValidation:CertificateValidation': () =>
    on(arn('acm', 'certificate/0a1b2c3d'), 'acm', 'DescribeCertificate'),
  'route53/record:Record': () => [
    ...on('*', 'route53', 'ListHostedZones ListHostedZonesByName'),
    ...on(
      'arn:aws:route53:::hostedzone/Z0',
      'route53',
      'GetHostedZone ListTagsForResource ListResourceRecordSets ChangeResourceRecordSets',
    ),
    ...on('arn:aws:route53:::change/C0', 'route53', 'GetChange'),
  ],
  'kms/key:Key': ({ id }) => [
    ...on('*', 'kms', 'CreateKey'),
    // When it is created, the key has no tags to match yet.
    ...on(arn('kms', `key/${id}`), 'kms', 'TagResource'),
    ...on(
      arn('kms', `key/${id}`),
      'kms',
      `DescribeKey GetKeyPolicy PutKeyPolicy EnableKeyRotation DisableKeyRotation GetKeyRotationStatus ListResourceTags
       UntagResource UpdateKeyDescription ScheduleKeyDeletion`,
      OURS,
    ),
  ],
  's3/bucketObjectv2:BucketObjectv2': () =>
    on(
      'arn:aws:s3:::sst-asset-abc/assets/code.zip',
      's3',
      'PutObject GetObject DeleteObject GetObjectTagging PutObjectTagging',
    ),
  'budgets/budget:Budget': ({ inputs }) =>
    on(
      arn('budgets', `budget/${inputs.name}`, ''),
      'budgets',
      'ModifyBudget ViewBudget ListTagsForResource TagResource UntagResource',
    ),
  // SST looks for the zone of a DOMAIN.
  'pulumi-nodejs:dynamic:Resource': () => on('*', 'route53', 'ListHostedZones'),
  'random/randomBytes:RandomBytes': () => [],
};

/**
 * What SST 4.17.1 itself calls, as its binary's calls of the AWS SDK show: it creates its buckets, parameters and
 * repository, and keeps, locks and prunes the state. (Only `sst dev` calls `ResolveAppSync`.)
 */
export const SST_CALLS: readonly Call[] = [
  ...['sst-asset', 'sst-state'].flatMap((bucket) =>
    on(
      `arn:aws:s3:::${bucket}-abcdef`,
      's3',
      'CreateBucket PutBucketVersioning PutBucketNotification PutBucketPolicy ListBucket ListBucketVersions',
    ),
  ),
  ...on(
    'arn:aws:s3:::sst-state-abcdef/app/longshore/production.json',
    's3',
    'GetObject PutObject DeleteObject DeleteObjectVersion',
  ),
  ...on(arn('ssm', 'parameter/sst/bootstrap'), 'ssm', 'GetParameter PutParameter DeleteParameter'),
  ...on(
    arn('ssm', 'parameter/sst/passphrase/longshore/production'),
    'ssm',
    'GetParameter PutParameter DeleteParameter',
  ),
  ...on(arn('ecr', 'repository/sst-asset'), 'ecr', 'CreateRepository DescribeRepositories'),
];
