import { streams } from '../lib/topology';
import { find, type Resources } from './environment';
import { createFunction } from './functions';
import { logicalName } from './names';

/** The function that follows the table's stream: in order for each item, repeated until its records are done. */
export function publisher(resources: Resources): void {
  for (const { consumer, filters, onFailureQueue, ...spec } of streams)
    new aws.lambda.EventSourceMapping(`${logicalName(consumer)}Stream`, {
      eventSourceArn: resources.table.nodes.table.streamArn,
      functionName: createFunction(consumer, resources).arn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: spec.batchSize,
      parallelizationFactor: spec.parallelizationFactor,
      maximumRetryAttempts: spec.maximumRetryAttempts,
      maximumRecordAgeInSeconds: spec.maximumRecordAgeSeconds,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ['ReportBatchItemFailures'],
      filterCriteria: { filters: filters.map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
      destinationConfig: { onFailure: { destinationArn: find(resources.queues, onFailureQueue).arn } },
    });
}
