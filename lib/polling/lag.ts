import type { Connection } from '#lib/connections/connection';
import { pollIntervalSeconds } from '#lib/platform/settings';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import type { Cursor } from './cursor.ts';

/** Seconds by which the last poll that came to its end is older than the connection's interval; 0 while on time. */
export function lagSeconds(cursor: Pick<Cursor, 'caughtUpAt'> | undefined, intervalSeconds: number, now: Date): number {
  if (!cursor?.caughtUpAt) return 0;
  return Math.max(0, Math.round((now.getTime() - Date.parse(cursor.caughtUpAt)) / 1000 - intervalSeconds));
}

/** Tells how late the latest of a marketplace's connections is; 0 also where there is none, so that silence means that nobody polls. */
export function emitLag(
  marketplace: string,
  polled: ReadonlyArray<{ connection: Connection; cursor: Cursor | undefined }>,
  now: Date,
): void {
  const lags = polled.map(({ connection, cursor }) =>
    lagSeconds(cursor, pollIntervalSeconds(connection.pollIntervalSeconds), now),
  );
  emitMetric('PollerLag', { Marketplace: marketplace }, Math.max(0, ...lags));
}
