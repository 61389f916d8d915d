import * as z from './zod.ts';

/** A person's decision: by whom (the name of the API key), why, and when (ISO 8601 in UTC). */
export const Decision = z.object({ by: z.string(), reason: z.nullable(z.string()), at: z.iso.datetime() });
export type Decision = z.infer<typeof Decision>;
