import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { openDynamoDb } from './dynamodb/index.ts';
import { type Endpoints, keptAccessKey } from './endpoints.ts';
import { disturb } from './faults/index.ts';
import { openSecretsManager } from './secrets-manager/index.ts';
import { type Listener, serve } from './serve.ts';
import { openSqs } from './sqs/index.ts';

export interface AwsOptions {
  /** The folder of all state, created if missing; only one process at a time may use it. */
  dataDir: string;
  /** Answers wait for the disk, so that what was answered survives a power cut. */
  fsync?: boolean;
  /** How often expired items are deleted. */
  ttlSweepMs?: number;
  /** How long a table's stream keeps its records: 24 hours, as at AWS. */
  streamMs?: number;
  /** How long to wait for another process to release `dataDir`. */
  lockWaitMs?: number;
  /** Endpoints that replace emulators. */
  elsewhere?: Partial<Endpoints>;
}

export interface Reachable {
  endpoints: Endpoints;
  /** The key that requests must be signed with: new at each start, as every user of the machine can reach loopback. */
  accessKeyId: string;
  /** Which endpoints are emulators of ours. */
  emulated: string[];
}

export interface RunningAws extends Reachable {
  /** A port through which a thread of this process reaches the emulators (`askNearby`). */
  connect(): MessagePort;
  /** Closes listeners and files; waiting requests are cut off. */
  stop(): Promise<void>;
}

const makeKey = (): string => `AKIALOCAL${randomBytes(12).toString('hex').toUpperCase()}`;

/** Runs the emulators in this thread. `startAws` is what the runtime uses. */
export async function runAws({
  dataDir,
  fsync = false,
  ttlSweepMs = 5000,
  lockWaitMs = 5000,
  streamMs,
  elsewhere = {},
}: AwsOptions): Promise<Omit<RunningAws, 'connect'> & { listeners: readonly Listener[] }> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // DynamoDB first: the lock on its file guards the whole folder.
  const dynamoDb = openDynamoDb({ file: join(dataDir, 'dynamodb.sqlite'), fsync, ttlSweepMs, lockWaitMs, streamMs });
  const sqs = openSqs({ file: join(dataDir, 'sqs.sqlite'), fsync });
  const secretsManager = openSecretsManager({ file: join(dataDir, 'secrets.json') });

  const handles = disturb({ dynamoDb: dynamoDb.handle, sqs: sqs.handle, secretsManager: secretsManager.handle });
  const accessKeyId = Object.keys(elsewhere).length > 0 ? keptAccessKey(dataDir, makeKey) : makeKey();
  const json10 = { contentType: 'application/x-amz-json-1.0', accessKeyId } as const;
  const listeners = await Promise.all([
    serve({
      ...json10,
      targets: ['DynamoDB_20120810', 'DynamoDBStreams_20120810'],
      handle: handles.dynamoDb,
      committed: dynamoDb.committed,
    }),
    serve({ ...json10, targets: ['AmazonSQS'], handle: handles.sqs, committed: sqs.committed }),
    serve({
      ...{ targets: ['secretsmanager'], contentType: 'application/x-amz-json-1.1', accessKeyId },
      handle: handles.secretsManager,
    }),
  ]);
  sqs.setBaseUrl(listeners[1].endpoint);

  return {
    accessKeyId,
    listeners,
    emulated: listeners.map(({ endpoint }) => endpoint),
    endpoints: {
      dynamodb: listeners[0].endpoint,
      sqs: listeners[1].endpoint,
      secretsManager: listeners[2].endpoint,
      ...elsewhere,
    },
    async stop() {
      await Promise.all(listeners.map((listener) => listener.close()));
      sqs.close();
      await dynamoDb.close();
    },
  };
}
