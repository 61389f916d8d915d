import { describe, expect, test } from 'vitest';
import { functions, queues, streams } from '#lib/topology';
import type { Graph } from '../graph.ts';

export const describeQueues = (graph: Graph) =>
  describe('queues', () => {
    test('are those of the topology, their dead-letter queues and those of the schedules and the streams', () => {
      const named = [
        ...queues.flatMap(({ name, deadLetterQueue }) => [name, deadLetterQueue]),
        'schedule-dead-letters',
        ...streams.map(({ onFailureQueue }) => onFailureQueue),
      ];
      const expected = named.map((name) => graph.queue(name).name);
      expect(
        graph
          .all('sqs/queue:Queue')
          .map(({ name }) => name)
          .sort(),
      ).toEqual(expected.sort());
    });

    test.each(queues)('$name redrives to its own dead-letter queue, which keeps messages for longer', (spec) => {
      const { inputs } = graph.queue(spec.name);
      const dead = graph.queue(spec.deadLetterQueue);
      expect(JSON.parse(String(inputs.redrivePolicy))).toEqual({
        deadLetterTargetArn: dead.state.arn,
        maxReceiveCount: spec.maxReceiveCount,
      });
      expect(dead.inputs.messageRetentionSeconds).toBe(14 * 24 * 3600);
      expect(Number(inputs.messageRetentionSeconds)).toBeLessThan(Number(dead.inputs.messageRetentionSeconds));
    });

    test('all are encrypted', () => {
      for (const { name, inputs } of graph.all('sqs/queue:Queue')) expect(inputs.sqsManagedSseEnabled, name).toBe(true);
    });

    test.each(queues)('$name hides a message for at least six times its function’s timeout', (spec) => {
      const { inputs } = graph.queue(spec.name);
      const consumer = graph.function(spec.consumer);
      expect(inputs.visibilityTimeoutSeconds).toBe(spec.visibilityTimeoutSeconds);
      expect(Number(inputs.visibilityTimeoutSeconds)).toBeGreaterThanOrEqual(6 * Number(consumer.inputs.timeout));
    });

    test.each(queues)('$name is consumed by its function, which reports the messages that failed', (spec) => {
      const mapping = graph.one(
        'lambda/eventSourceMapping:EventSourceMapping',
        ({ inputs }) => inputs.eventSourceArn === graph.queue(spec.name).state.arn,
      );
      expect(mapping.inputs).toMatchObject({
        functionName: graph.function(spec.consumer).state.arn,
        functionResponseTypes: ['ReportBatchItemFailures'],
        batchSize: spec.batchSize,
        scalingConfig: { maximumConcurrency: spec.maximumConcurrency },
      });
    });

    test('no consumer can take the concurrency of another, and all of them leave 400 of an account’s 1,000 to webhooks', () => {
      const mappings = graph.all('lambda/eventSourceMapping:EventSourceMapping').map(({ inputs }) => inputs);
      const limits = mappings.flatMap(
        ({ scalingConfig }) => (scalingConfig as { maximumConcurrency: number } | undefined)?.maximumConcurrency ?? [],
      );
      // SQS's limits.
      for (const limit of limits) expect(limit >= 2 && limit <= 1000).toBe(true);
      expect(limits.reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(600);
    });

    test.each(streams)(
      'the table’s stream is followed by $consumer, which loses no record to one that fails',
      (spec) => {
        const mapping = graph.one(
          'lambda/eventSourceMapping:EventSourceMapping',
          ({ inputs }) => inputs.eventSourceArn === graph.one('dynamodb/table:Table').state.streamArn,
        );
        expect(mapping.inputs).toMatchObject({
          functionName: graph.function(spec.consumer).state.arn,
          startingPosition: 'TRIM_HORIZON',
          batchSize: spec.batchSize,
          parallelizationFactor: spec.parallelizationFactor,
          bisectBatchOnFunctionError: true,
          maximumRetryAttempts: spec.maximumRetryAttempts,
          maximumRecordAgeInSeconds: spec.maximumRecordAgeSeconds,
          destinationConfig: { onFailure: { destinationArn: graph.queue(spec.onFailureQueue).state.arn } },
          filterCriteria: { filters: spec.filters.map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
        });
      },
    );

    test('nothing else is consumed, and every mapping reports partial failures', () => {
      const mappings = graph.all('lambda/eventSourceMapping:EventSourceMapping');
      expect(mappings).toHaveLength(queues.length + streams.length);
      for (const { name, inputs } of mappings)
        expect(inputs.functionResponseTypes, name).toEqual(['ReportBatchItemFailures']);
    });

    test('every consumer may ring its own queue as often as it takes: Lambda would cut the chain after 16', () => {
      const configs = graph.all('lambda/functionRecursionConfig:FunctionRecursionConfig').map(({ inputs }) => inputs);
      const allowed = functions.filter(({ recursion }) => recursion === 'allow').map(({ name }) => name);
      expect(new Set(allowed)).toEqual(new Set(queues.map(({ consumer }) => consumer)));
      expect(new Set(configs.map(({ functionName }) => functionName))).toEqual(
        new Set(allowed.map((name) => graph.function(name).state.name)),
      );
      for (const { recursiveLoop } of configs) expect(recursiveLoop).toBe('Allow');
    });

    test('no function is granted a queue that does not exist', () => {
      for (const { grants } of functions)
        for (const name of [...(grants.send ?? []), ...(grants.measure ?? []), ...(grants.redrive ?? [])])
          expect(graph.queue(name)).toBeDefined();
    });
  });
