import { toInstant } from '#lib/platform/time';
import type { Settings } from './settings.ts';

interface Times {
  created_at?: string | undefined;
  updated_at?: string | undefined;
}

/**
 * When the source last changed. They tell whole seconds: of two readings within the second of the change the later
 * one knows more, so the milliseconds say how long after the change it was read, up to 999.
 */
export function versionOf({ updated_at, created_at }: Times, receivedAt: string, settings: Settings): string {
  const changed = changedAt(updated_at, 'updated_at', settings) ?? changedAt(created_at, 'created_at', settings);
  if (changed === null) return receivedAt;
  if (!changed.endsWith('.000Z')) return changed;
  const read = Date.parse(receivedAt) - Date.parse(changed);
  return new Date(Date.parse(changed) + Math.min(999, Math.max(0, read))).toISOString();
}

const changedAt = (value: string | undefined, field: string, { timeZone }: Settings): string | null =>
  value === undefined ? null : toInstant(value, field, timeZone);
