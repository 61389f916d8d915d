import type { Explanation, WaitsFor } from './explanation-schema.ts';

/** What one rule says of an order; its clauses become the sentence. */
export interface Said {
  stage: Explanation['stage'];
  clauses: readonly string[];
  waitsFor: WaitsFor;
}

export const waitsFor = (
  who: WaitsFor['who'],
  what: WaitsFor['what'] = null,
  since: string | null = null,
  until: string | null = null,
): WaitsFor => ({ who, what, since, until });
