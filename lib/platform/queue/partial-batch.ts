import type { MiddlewareObj } from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { errorFields, log } from '../telemetry/log.ts';
import { emitMetric } from '../telemetry/metrics.ts';
import type * as z from '../zod.ts';

/** A record with its message, or with why it is none: that fails alone. */
export type ParsedRecord<Message> = SQSRecord & { parsed: { message: Message } | { error: unknown } };

/** Reads the body of each record with the schema of its queue's messages. */
export const parseMessages = <S extends z.ZodMiniType<object>>(schema: S): MiddlewareObj<SQSEvent> => ({
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

/** Has what a handler could not do received again, message by message; it answers what became of each record. */
export const partialBatch = (): MiddlewareObj<SQSEvent, SQSBatchResponse | PromiseSettledResult<unknown>[]> => ({
  after(request) {
    const results = request.response as PromiseSettledResult<unknown>[];
    const batchItemFailures = results.flatMap((result, index) => {
      if (result.status === 'fulfilled') return [];
      const itemIdentifier = request.event.Records[index]?.messageId ?? '';
      log.error('message failed', { messageId: itemIdentifier, ...errorFields(result.reason) });
      // Lambda counts a batch that reports failures as a success: its Errors say nothing of them.
      emitMetric('MessagesFailed', { Function: request.context.functionName });
      return { itemIdentifier };
    });
    request.response = { batchItemFailures };
  },
});
