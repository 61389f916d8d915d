import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ThrottledError } from '#lib/platform/errors';
import { classify } from '#lib/platform/http/classify';
import { openDelivery } from './ledger.ts';
import { settle } from './settle.ts';

const STARTED = '2026-11-20T08:00:00.000Z';
const ENDED = '2026-11-20T08:00:02.000Z';
const opened = openDelivery(
  {
    id: 'dlv_1',
    kind: 'push',
    action: 'order',
    connection: 'c',
    marketplace: 'm',
    order: null,
    subject: { lineItems: [] },
  },
  STARTED,
);

/** Milliseconds from the end of an attempt that was answered like this to the next. */
function waitAfter(header: string | null, body: unknown): number {
  const headers = new Headers(header === null ? {} : { 'retry-after': header });
  const error = classify({ status: 429, headers, body });
  expect(error).toBeInstanceOf(ThrottledError);
  const times = { startedAt: STARTED, endedAt: ENDED };
  const policy = { limit: 3, intervalSeconds: 300 };
  const { delivery } = settle(opened, { ok: false, error, unknown: false }, times, policy);
  expect(delivery).toMatchObject({ state: 'pending', failures: 0 });
  return Date.parse(delivery.nextAttemptAt ?? '') - Date.parse(ENDED);
}

const dates = fc
  .date({ noInvalidDate: true, min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z') })
  .map((date) => date.toUTCString());
const numbers = fc
  .oneof(fc.double(), fc.integer(), fc.bigInt(), fc.constantFrom('9'.repeat(400), '-0', '1e9'))
  .map(String);
// Header values as they can stand on the wire.
const words = fc.string({ unit: 'grapheme-ascii' });
const hints = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.jsonValue(), dates);

test('whatever a remote says of how long to wait, the next attempt is 1 second to 1 hour away and costs no retry', () => {
  fc.assert(
    fc.property(
      fc.option(fc.oneof(dates, numbers, words)),
      fc.oneof(hints, fc.record({ retry_after_seconds: hints })),
      (header, body) => {
        const wait = waitAfter(header, body);
        expect(wait).toBeGreaterThanOrEqual(1000);
        expect(wait).toBeLessThanOrEqual(3_600_000);
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  ['0', null, 1],
  ['-86400', null, 1],
  ['7', null, 7],
  ['99999999999', null, 3600],
  ['9'.repeat(400), null, 3600],
  ['Fri, 20 Nov 1970 08:00:00 GMT', null, 1],
  ['Fri, 20 Nov 2099 08:00:00 GMT', null, 3600],
  ['soon', null, 300],
  [null, { retry_after_seconds: 31_536_000 }, 3600],
  [null, { retry_after_seconds: -1 }, 1],
  [null, { retry_after_seconds: 'NaN' }, 300],
  [null, null, 300],
])('Retry-After %s with %o: %i seconds', (header, body, seconds) => {
  expect(waitAfter(header, body)).toBe(seconds * 1000);
});
