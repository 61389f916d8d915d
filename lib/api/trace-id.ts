import { parseTraceparent } from '#lib/platform/telemetry/trace';
import * as z from '#lib/platform/zod';
import { doc } from './documented.ts';

export const TraceId = doc(z.nullable(z.string()), {
  description: 'W3C trace id: the log lines of what it came from and of what it led to carry it as `trace_id`.',
  example: '4bf92f3577b34da6a3ce929d0e0e4736',
});

export const traceIdOf = ({ trace }: { trace?: string | undefined }): string | null =>
  parseTraceparent(trace)?.traceId ?? null;
