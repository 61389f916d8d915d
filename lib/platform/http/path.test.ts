import { expect, test } from 'vitest';
import { RejectedError } from '../errors.ts';
import { fillPath } from './client.ts';

const PATH = '/orders/{orderId}/rows/{rowId}/return';

test.each(['a/b', '../x', '%2e%2e', '%', 'a?b', 'a#b', ' ', '\\..\\', 'zażółć', '{rowId}', 'x'.repeat(3000)])(
  '%j is one segment of a path',
  (orderId) => {
    const { pathname, search, hash } = new URL(`http://remote.test${fillPath(PATH, { orderId, rowId: '7' })}`);
    expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'orders', orderId, 'rows', '7', 'return']);
    expect([search, hash]).toEqual(['', '']);
  },
);

test.each(['..', '.', '', '\ud800'])('%j is refused by name', (orderId) => {
  const fill = () => fillPath(PATH, { orderId, rowId: '7' });
  expect(fill).toThrow(RejectedError);
  expect(fill).toThrow(/cannot be the orderId in \/orders\/\{orderId\}\/rows/);
});

test('what nothing fills is a bug', () => {
  expect(() => fillPath(PATH, { orderId: '1' })).toThrow('nothing fills {rowId}');
});
