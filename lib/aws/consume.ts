import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { errorFields, log } from '#lib/log';
import type * as z from '#lib/zod';

/** An SQS handler: each record parsed with the event's schema and worked alone; only what threw is received again. */
export function consume<S extends z.ZodMiniType>(schema: S, work: (message: z.infer<S>) => Promise<void>) {
  return middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }) => {
    const results = await Promise.allSettled(Records.map(async ({ body }) => work(schema.parse(JSON.parse(body)))));
    const batchItemFailures = results.flatMap((result, index) => {
      if (result.status === 'fulfilled') return [];
      const itemIdentifier = Records[index]?.messageId ?? '';
      log.error('message failed', { messageId: itemIdentifier, ...errorFields(result.reason) });
      return { itemIdentifier };
    });
    return { batchItemFailures };
  });
}
