import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, ResourceExistsException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ENDPOINT, envName, queues, secrets, streams, table } from '#lib/topology';
import { rotated } from '#lib/ucp/keys';

const FOURTEEN_DAYS = 14 * 24 * 3600;

/** Creates what the stacks would create, if missing; returns the environment that tells functions its names. */
export async function provision(): Promise<Record<string, string>> {
  const [urls] = await Promise.all([createQueues(), createTable(), createSecrets()]);
  return {
    [envName.table]: table.name,
    ...Object.fromEntries([...urls].map(([name, url]) => [envName.queueUrl(name), url])),
    ...Object.fromEntries(secrets.map(({ name }) => [envName.secretId(name), secretName(name)])),
  };
}

const secretName = (name: string): string => `longshore/local/${name}`;

async function createTable(): Promise<void> {
  const db = new DynamoDBClient({});
  const indexes = Object.entries(table.indexes);
  const keyNames = ['pk', 'sk', ...indexes.flatMap(([, { hashKey, rangeKey }]) => [hashKey, rangeKey])];
  try {
    await db.send(
      new CreateTableCommand({
        TableName: table.name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keyNames.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keySchema('pk', 'sk'),
        StreamSpecification,
        GlobalSecondaryIndexes: indexes.map(([IndexName, { hashKey, rangeKey }]) => ({
          IndexName,
          KeySchema: keySchema(hashKey, rangeKey),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        })),
      }),
    );
  } catch (error) {
    if (error instanceof ResourceInUseException) return streamOlderTable(db);
    throw error;
  }
  while ((await db.send(new DescribeTableCommand({ TableName: table.name }))).Table?.TableStatus !== 'ACTIVE');
  await db.send(
    new UpdateTimeToLiveCommand({
      TableName: table.name,
      TimeToLiveSpecification: { AttributeName: table.ttl, Enabled: true },
    }),
  );
}

const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;

/** Adds a stream to a table from before there were changes. */
async function streamOlderTable(db: DynamoDBClient): Promise<void> {
  const { Table } = await db.send(new DescribeTableCommand({ TableName: table.name }));
  if (!Table?.StreamSpecification)
    await db.send(new UpdateTableCommand({ TableName: table.name, StreamSpecification }));
}

const keySchema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

async function createQueues(): Promise<Map<string, string>> {
  const sqs = new SQSClient({});
  const create = async (name: string, attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return QueueUrl;
  };
  const buried = { MessageRetentionPeriod: String(FOURTEEN_DAYS) };
  const urls = new Map<string, string>();
  for (const { onFailureQueue: name } of streams) urls.set(name, await create(name, buried));
  for (const { name, deadLetterQueue, visibilityTimeoutSeconds, maxReceiveCount } of queues) {
    const deadUrl = await create(deadLetterQueue, buried);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }),
    );
    const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount };
    urls.set(deadLetterQueue, deadUrl);
    urls.set(
      name,
      await create(name, {
        VisibilityTimeout: String(visibilityTimeoutSeconds),
        RedrivePolicy: JSON.stringify(redrive),
      }),
    );
  }
  return urls;
}

async function createSecrets(): Promise<void> {
  const client = new SecretsManagerClient({});
  for (const { name } of secrets) {
    const first = { connections: {}, ...(name === ENDPOINT && { ucpKeys: rotated([]) }) };
    try {
      await client.send(new CreateSecretCommand({ Name: secretName(name), SecretString: JSON.stringify(first) }));
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
    }
  }
}
