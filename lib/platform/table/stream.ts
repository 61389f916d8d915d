import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { lambda } from '../lambda/lambda.ts';
import { errorFields, log } from '../telemetry/log.ts';
import { bare, type Item, type Key } from './item.ts';

/** A write to one item, as the table's stream tells it. */
export interface Committed {
  key: Key;
  /** Undefined where there was no item, or is none. */
  before: object | undefined;
  after: object | undefined;
  /** When it was written, to the second. */
  at: Date;
  /** Its sequence number in its shard. */
  sequence: string;
}

type Wired = Parameters<typeof unmarshall>[0];
type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** An event is JSON, which has bytes as base64. */
const withBytes = ({ packed, ...image }: Image): Wired =>
  ({ ...image, ...(packed && { packed: { B: Buffer.from(String(packed.B), 'base64') } }) }) as Wired;

/** A handler of the table's stream; `work` returns records it could not do, which come again with all later ones. */
export const consumeStream = (work: (records: readonly Committed[]) => Promise<readonly Committed[]>) =>
  lambda<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(async ({ Records }) => {
    const failed = await work(Records.flatMap(readRecord));
    return { batchItemFailures: failed.map(({ sequence }) => ({ itemIdentifier: sequence })) };
  });

/** Reads a record. One that cannot be read is logged and skipped: it would hold up all that follow for a day. */
export function readRecord({ dynamodb = {} }: DynamoDBRecord): Committed[] {
  const { Keys = {}, OldImage, NewImage, ApproximateCreationDateTime = 0, SequenceNumber = '' } = dynamodb;
  const plain = (image: Image | undefined) => (image ? bare(unmarshall(withBytes(image)) as Item<object>) : undefined);
  try {
    return [
      {
        key: unmarshall(Keys as Wired) as Key,
        ...{ before: plain(OldImage), after: plain(NewImage), sequence: SequenceNumber },
        at: new Date(ApproximateCreationDateTime * 1000),
      },
    ];
  } catch (error) {
    log.error('a record of the stream could not be read', { sequence: SequenceNumber, ...errorFields(error) });
    return [];
  }
}
