import { describe, expect, test } from 'vitest';
import { deliveryOf } from '#test/support/fake-hub';
import { type DeliveryFilter, isDelayed, isWanted } from './list.ts';

const dead = deliveryOf(
  {},
  { state: 'dead', nextAttemptAt: null, cause: { code: 'http_422', description: 'order 5021 cannot be placed' } },
);

describe('a filter', () => {
  test.each<DeliveryFilter>([
    {},
    { state: 'dead', kind: 'push', connection: 'shed', marketplace: 'marketful', action: 'order' },
    { order: 'scopio-main:ord_8f3a', cause: 'http_422' },
    { message: 'order 7 cannot be placed' },
    { since: dead.createdAt, until: dead.createdAt },
    { late: false },
  ])('%j matches a delivery that is all of that', (filter) => {
    expect(isWanted(filter)(dead)).toBe(true);
  });

  test.each<DeliveryFilter>([
    { state: 'pending' },
    { kind: 'fetch' },
    { connection: 'shed-b' },
    { marketplace: 'shoppo' },
    { action: 'cancel' },
    { order: 'scopio-main:another' },
    { cause: 'http_400' },
    { message: 'order 7 cannot be shipped' },
    { since: '2026-11-20T10:00:00.001Z' },
    { until: '2026-11-20T09:59:59.999Z' },
    { late: true },
    { state: 'dead', cause: 'http_400' },
  ])('%j matches none that is not', (filter) => {
    expect(isWanted(filter)(dead)).toBe(false);
  });

  test('for a message matches nothing that has no cause', () => {
    expect(isWanted({ message: 'order 7 cannot be placed' })(deliveryOf({}))).toBe(false);
  });
});

describe('a delivery is delayed', () => {
  const [PAST, FUTURE] = ['2020-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z'];

  test.each([
    ['whose ship-by has passed', { shipBy: PAST }, true],
    ['whose next attempt is behind its ship-by', { shipBy: FUTURE, nextAttemptAt: '2999-01-01T00:00:00.001Z' }, true],
    ['that will be in time', { shipBy: FUTURE }, false],
    ['without a ship-by', {}, false],
    ['that is done', { shipBy: PAST, state: 'succeeded' as const }, false],
    [
      'that was stopped with its order',
      { shipBy: PAST, state: 'dead' as const, cause: { code: 'order_cancelled', description: '' } },
      false,
    ],
  ])('%s: %j → %s', (_what, change, delayed) => {
    expect(isDelayed(deliveryOf({}, change))).toBe(delayed);
  });
});
