import { setting } from './settings';

const isActive = (): boolean => setting('TRACING') === 'active';

/** X-Ray, for whoever wants its map and pays for it: the log follows an order by its trace_id without it. */
export const tracingConfig = (): { tracingConfig?: { mode: string } } =>
  isActive() ? { tracingConfig: { mode: 'Active' } } : {};

/** X-Ray knows no resources: both actions are refused on anything but all of them. */
export const tracingStatements = () =>
  isActive() ? [{ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }] : [];
