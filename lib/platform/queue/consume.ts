import type { MiddlewareObj } from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { lambda } from '#lib/platform/lambda/lambda';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import { continueTrace, runInTrace } from '#lib/platform/telemetry/trace';
import type * as z from '#lib/platform/zod';

/**
 * The handler of an SQS queue: each record is parsed with the event's schema and worked on its own, in the trace that it
 * carries; only records that threw are received again.
 */
export const consume = <S extends z.ZodMiniType<object>>(
  queue: string,
  schema: S,
  work: (message: z.infer<S>) => Promise<void>,
) =>
  lambda<SQSEvent, SQSBatchResponse | PromiseSettledResult<void>[]>()
    .use(partialBatch())
    .use(parseMessages(schema))
    .handler(({ Records }) =>
      Promise.allSettled(
        (Records as ParsedRecord<z.infer<S>>[]).map(async (record) => {
          await workRecord(record, work);
          await settleRepeated(queue, record);
        }),
      ),
    );

/**
 * Deletes a message that came again as soon as it is done. Lambda deletes messages when their invocation returns: one
 * that never does, for memory or time, would have all others of its batch received again, until SQS gives them up.
 */
async function settleRepeated(queue: string, { attributes, receiptHandle, messageId }: SQSRecord): Promise<void> {
  if (!(Number(attributes?.ApproximateReceiveCount) > 1)) return;
  const { settle } = await import('./settle.ts');
  await settle(queue, receiptHandle).catch((error: unknown) =>
    log.warn('a message could not be deleted before its batch ends', { messageId, ...errorFields(error) }),
  );
}

async function workRecord<Message extends object>(
  { parsed }: ParsedRecord<Message>,
  work: (message: Message) => Promise<void>,
): Promise<void> {
  if ('error' in parsed) throw parsed.error;
  const { message } = parsed;
  const trace = 'trace' in message && typeof message.trace === 'string' ? message.trace : undefined;
  await runInTrace(continueTrace(trace), () => work(message));
}

/** A record with its message, or with the reason why it has none: that record fails alone. */
type ParsedRecord<Message> = SQSRecord & { parsed: { message: Message } | { error: unknown } };

const parseMessages = <S extends z.ZodMiniType<object>>(schema: S): MiddlewareObj<SQSEvent> => ({
  before({ event }) {
    for (const record of event.Records) Object.assign(record, { parsed: parse(schema, record.body) });
  },
});

function parse<S extends z.ZodMiniType<object>>(schema: S, body: string): ParsedRecord<z.infer<S>>['parsed'] {
  try {
    return { message: schema.parse(JSON.parse(body)) };
  } catch (error) {
    return { error };
  }
}

/** Has failed records received again, one by one; the handler returns the outcome of each. */
const partialBatch = (): MiddlewareObj<SQSEvent, SQSBatchResponse | PromiseSettledResult<unknown>[]> => ({
  after(request) {
    const results = request.response as PromiseSettledResult<unknown>[];
    const batchItemFailures = results.flatMap((result, index) => {
      if (result.status === 'fulfilled') return [];
      const itemIdentifier = request.event.Records[index]?.messageId ?? '';
      log.error('message failed', { messageId: itemIdentifier, ...errorFields(result.reason) });
      // Lambda counts a batch that reports failures as a success: its Errors metric misses them.
      emitMetric('MessagesFailed', { Function: request.context.functionName });
      return { itemIdentifier };
    });
    request.response = { batchItemFailures };
  },
});
