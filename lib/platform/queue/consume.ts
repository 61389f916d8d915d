import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { lambda } from '../lambda/lambda.ts';
import { continueTrace, runInTrace } from '../telemetry/trace.ts';
import type * as z from '../zod.ts';
import { type ParsedRecord, parseMessages, partialBatch } from './partial-batch.ts';

/**
 * An SQS handler: each record parsed with the event's schema and worked alone, in the trace that it carries; only what
 * threw is received again.
 */
export const consume = <S extends z.ZodMiniType<object>>(schema: S, work: (message: z.infer<S>) => Promise<void>) =>
  lambda<SQSEvent, SQSBatchResponse | PromiseSettledResult<void>[]>()
    .use(partialBatch())
    .use(parseMessages(schema))
    .handler(({ Records }) =>
      Promise.allSettled((Records as ParsedRecord<z.infer<S>>[]).map((record) => workRecord(record, work))),
    );

async function workRecord<Message extends object>(
  { parsed }: ParsedRecord<Message>,
  work: (message: Message) => Promise<void>,
): Promise<void> {
  if ('error' in parsed) throw parsed.error;
  const { message } = parsed;
  const trace = 'trace' in message && typeof message.trace === 'string' ? message.trace : undefined;
  await runInTrace(continueTrace(trace), () => work(message));
}
