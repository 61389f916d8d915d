import { createHash } from 'node:crypto';

/** How many rejected webhooks of one connection a receiver's instance hands on: these at once, and so many a minute. */
const BURST = 50;
const PER_MINUTE = 10;
/** A fixed number, whatever names strangers make up. */
const BUCKETS = 64;

/** What an instance may hand on. Names share buckets, so that one that exists is treated like one that does not. */
export function createQuarantineBudget(): { take(connection: string, now?: number): boolean } {
  const buckets = Array.from({ length: BUCKETS }, () => ({ left: BURST, at: 0 }));
  return {
    take(connection, now = Date.now()) {
      const bucket = buckets[bucketOf(connection)];
      if (!bucket) return false;
      bucket.left = Math.min(BURST, bucket.left + (Math.max(0, now - bucket.at) * PER_MINUTE) / 60_000);
      bucket.at = now;
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}

const bucketOf = (connection: string): number =>
  createHash('sha256').update(connection).digest().readUInt16BE(0) % BUCKETS;
