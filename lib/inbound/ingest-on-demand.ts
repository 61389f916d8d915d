import type { ingest } from './ingest.ts';

/** Ingests what a push read, by code that is loaded only then: most pushes read nothing. */
export const ingestOnDemand: typeof ingest = async (...received) => (await import('./ingest.ts')).ingest(...received);
