import { setting } from './settings';

const isActive = (): boolean => setting('TRACING') === 'active';

/** X-Ray, for those who want its map and pay for it: without it the log follows an order by its trace_id. */
export const tracingConfig = (): { tracingConfig?: { mode: string } } =>
  isActive() ? { tracingConfig: { mode: 'Active' } } : {};

/** X-Ray has no resources: it refuses both actions on anything but `*`. */
export const tracingStatements = () =>
  isActive() ? [{ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }] : [];
