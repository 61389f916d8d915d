import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { errorFields, log } from '../telemetry/log.ts';
import { collectMetrics, emitMetric } from '../telemetry/metrics.ts';
import { continueTrace, runInTrace } from '../telemetry/trace.ts';
import type * as z from '../zod.ts';

/**
 * An SQS handler: each record parsed with the event's schema and worked alone, in the trace that it carries; only what
 * threw is received again. `finish` does once for the batch what need not be done for each message.
 */
export function consume<S extends z.ZodMiniType<object>>(
  schema: S,
  work: (message: z.infer<S>) => Promise<void>,
  finish?: () => Promise<void>,
) {
  const workRecord = async ({ body }: SQSRecord) => {
    const message = schema.parse(JSON.parse(body));
    const trace = 'trace' in message && typeof message.trace === 'string' ? message.trace : undefined;
    await runInTrace(continueTrace(trace), () => work(message));
  };
  const workBatch = async ({ Records }: SQSEvent, consumer: string): Promise<SQSBatchResponse> => {
    const results = await Promise.allSettled(Records.map(workRecord));
    const batchItemFailures = results.flatMap((result, index) => {
      if (result.status === 'fulfilled') return [];
      const itemIdentifier = Records[index]?.messageId ?? '';
      log.error('message failed', { messageId: itemIdentifier, ...errorFields(result.reason) });
      // Lambda counts a batch that reports failures as a success: its Errors say nothing of them.
      emitMetric('MessagesFailed', { Function: consumer });
      return { itemIdentifier };
    });
    await finish?.();
    return { batchItemFailures };
  };
  return middy<SQSEvent, SQSBatchResponse>().handler((event, { functionName }) =>
    collectMetrics(() => workBatch(event, functionName)),
  );
}
