import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { lambda } from '../lambda/lambda.ts';
import { errorFields, log } from '../telemetry/log.ts';
import { bare, type Item, type Key } from './item.ts';

/** What a write made of one item, as the table's stream tells it. */
export interface Committed {
  key: Key;
  /** Undefined where there was none, or is none. */
  before: object | undefined;
  after: object | undefined;
  /** When it was written, to the second. */
  at: Date;
  /** Where it stands in its shard. */
  sequence: string;
}

type Wired = Parameters<typeof unmarshall>[0];
type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** An event is JSON, in which bytes are base64. */
const withBytes = ({ packed, ...image }: Image): Wired =>
  ({ ...image, ...(packed && { packed: { B: Buffer.from(String(packed.B), 'base64') } }) }) as Wired;

/** A handler of the table's stream; `work` answers the records that it could not do, which come again with all after. */
export const consumeStream = (work: (records: readonly Committed[]) => Promise<readonly Committed[]>) =>
  lambda<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(async ({ Records }) => {
    const failed = await work(Records.flatMap(readRecord));
    return { batchItemFailures: failed.map(({ sequence }) => ({ itemIdentifier: sequence })) };
  });

/** A record as the hub reads it. A record that nobody can read would hold up all behind it for a day: it is passed over, and said so. */
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
