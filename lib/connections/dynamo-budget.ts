import { setTimeout as sleep } from 'node:timers/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { db, isConditionFailure } from '#lib/aws/table';
import { BudgetSpentError } from '#lib/errors';
import { retryPolicy, tableName } from '#lib/settings';
import type { Budget } from './budget.ts';
import type { Connection } from './connection.ts';

const WINDOW_MS = 60_000;
/** After a 429 without a hint: its delivery waits a retry interval, and where that is shorter so does everybody. */
const MAX_DEFAULT_PAUSE_SECONDS = 60;

export interface BudgetOptions {
  /** How far ahead a caller takes its turn. */
  maxWaitMs: number;
  /** How long it comes back for one that is free: a poller, which must not stand in front of the pushers. */
  patienceMs?: number;
}

/**
 * One item a connection holds the theoretical arrival time of the next request (GCRA). A quarter of the limit may
 * burst and the rest flows, so that no 60 seconds ever hold more than `requestsPerMinute` requests.
 */
export function createBudget(
  { id, requestsPerMinute }: Pick<Connection, 'id' | 'requestsPerMinute'>,
  { maxWaitMs, patienceMs = 0 }: BudgetOptions,
): Budget {
  const burst = Math.max(1, Math.floor(requestsPerMinute / 4));
  const spacing = WINDOW_MS / Math.max(1, requestsPerMinute - burst);
  const slack = spacing * (burst - 1);
  const Key = { pk: `BUDGET#${id}`, sk: 'BUDGET' };

  const update = (expression: string, condition: string, values: Record<string, number>) =>
    db.send(
      new UpdateCommand({
        TableName: tableName(),
        Key,
        UpdateExpression: expression,
        ConditionExpression: condition,
        ExpressionAttributeValues: values,
        ReturnValues: 'UPDATED_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );

  /** Milliseconds to wait before the request that was just reserved may leave. */
  async function reserve(now: number): Promise<number> {
    try {
      const behind = ':now <= arrival AND arrival <= :latest';
      const { Attributes } = await update('SET arrival = arrival + :spacing', behind, {
        ':spacing': spacing,
        ':now': now,
        ':latest': now + slack + maxWaitMs,
      });
      return (Attributes?.arrival as number) - spacing - slack - now;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      const arrival = (error as { Item?: { arrival?: { N?: string } | number } }).Item?.arrival;
      const stood = Number(typeof arrival === 'object' ? arrival.N : (arrival ?? 0));
      if (stood > now) throw new BudgetSpentError(id, stood - slack - now, spacing);
    }
    try {
      await update('SET arrival = :next', 'attribute_not_exists(arrival) OR arrival < :now', {
        ':next': now + spacing,
        ':now': now,
      });
      return 0;
    } catch (error) {
      // Another worker was first: the arrival is ahead of now again.
      if (isConditionFailure(error)) return reserve(Date.now());
      throw error;
    }
  }

  return {
    async take() {
      for (const until = Date.now() + patienceMs; ; ) {
        try {
          const waitMs = await reserve(Date.now());
          if (waitMs > 0) await sleep(waitMs);
          return;
        } catch (error) {
          if (!(error instanceof BudgetSpentError) || Date.now() + error.waitMs > until) throw error;
          await sleep(error.waitMs + (Math.random() * error.spreadMs) / 2);
        }
      }
    },
    async pause(asked) {
      const seconds = Math.min(3600, Math.max(1, asked ?? defaultPauseSeconds()));
      const until = Date.now() + seconds * 1000 + slack;
      try {
        await update('SET arrival = :until', 'attribute_not_exists(arrival) OR arrival < :until', { ':until': until });
      } catch (failure) {
        if (!isConditionFailure(failure)) throw failure;
      }
    },
  };
}

const defaultPauseSeconds = (): number => Math.min(MAX_DEFAULT_PAUSE_SECONDS, retryPolicy().intervalSeconds);
