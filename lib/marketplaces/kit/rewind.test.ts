import { expect, test } from 'vitest';
import { rewind } from '../sello/poll.ts';
import { rewindInstant } from './rewind.ts';

test('a watermark moves back and never forward, which would leave a gap', () => {
  const watermark = '2026-11-20T08:15:00.000Z';
  expect(rewindInstant(watermark, '2026-11-01T00:00:00.000Z')).toBe('2026-11-01T00:00:00.000Z');
  expect(rewindInstant(watermark, '2026-11-21T00:00:00.000Z')).toBe(watermark);
});

test('Sello keeps a mark for each list, and moves back those it has', () => {
  const marks = { orders: '2026-11-20T08:15:00.000Z', created: '2026-10-01T00:00:00.000Z' };
  expect(JSON.parse(rewind(JSON.stringify(marks), '2026-11-01T00:00:00.000Z'))).toEqual({
    orders: '2026-11-01T00:00:00.000Z',
    created: '2026-10-01T00:00:00.000Z',
  });
});
