import { Decision } from '#lib/platform/decision';
import { parseTraceparent } from '#lib/platform/telemetry/trace';
import { WrittenInstant } from '#lib/platform/time';
import * as z from '#lib/platform/zod';
import { doc, metadata } from './meta.ts';

/** An instant as callers send it, with any offset; read as UTC with milliseconds. */
export const Instant = doc(
  z.pipe(
    WrittenInstant,
    z.transform((text) => new Date(text).toISOString()),
  ),
  { type: 'string', format: 'date-time', example: '2026-11-20T09:15:00+01:00' },
);

export const Reason = doc(z.optional(z.string().check(z.trim(), z.maxLength(500))), {
  description: 'Kept on record beside who asked.',
});

metadata.add(Decision.shape.by, { description: "The API key's name, or `cli:` and the user who went past the API." });

export const TraceId = doc(z.nullable(z.string()), {
  description: 'W3C trace id: the log lines of what it came from and of what it led to carry it as `trace_id`.',
  example: '4bf92f3577b34da6a3ce929d0e0e4736',
});

export const traceIdOf = ({ trace }: { trace?: string | undefined }): string | null =>
  parseTraceparent(trace)?.traceId ?? null;
