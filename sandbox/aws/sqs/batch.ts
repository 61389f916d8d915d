import { AwsError } from '../aws-error.ts';
import { batchError } from './errors.ts';

const ENTRY_LIMIT = 10;
const SIZE_LIMIT = 1_048_576;

export interface BatchRequest<Entry> {
  QueueUrl?: string;
  Entries?: (Entry & { Id?: string })[];
}

/** Carries out the entries one by one; a refusal concerns only its own entry. */
export function runBatch<Entry>(request: BatchRequest<Entry>, run: (entry: Entry) => object | undefined) {
  const entries = checkEntries(request.Entries);
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: entry.Id, Code: error.queryCode, Message: error.message, SenderFault: true });
    }
  }
  return { Successful: successful, Failed: failed };
}

function checkEntries<Entry extends { Id?: string }>(entries: Entry[] | undefined): Entry[] {
  if (!entries?.length) throw batchError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > ENTRY_LIMIT) {
    const message = `Maximum number of entries per request are 10. You have sent ${entries.length}.`;
    throw batchError('TooManyEntriesInBatchRequest', message);
  }
  const ids = new Set<string>();
  for (const { Id: id = '' } of entries) {
    if (!/^[\w-]{1,80}$/.test(id)) {
      const message = 'A batch entry id can only contain alphanumeric characters, hyphens and underscores.';
      throw batchError('InvalidBatchEntryId', message);
    }
    if (ids.has(id)) throw batchError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    ids.add(id);
  }
  return entries;
}

/** All bodies of a batch together must be no longer than one message may be. */
export function refuseLongBatch(entries: { MessageBody?: string }[] = []): void {
  const size = entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
  if (size > SIZE_LIMIT) {
    const message = `Batch requests cannot be longer than ${SIZE_LIMIT} bytes. You have sent ${size} bytes.`;
    throw batchError('BatchRequestTooLong', message);
  }
}
