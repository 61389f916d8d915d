import { expect, it } from 'vitest';
import type { ActionStore, Input } from './dynalite.ts';
import { check } from './operations.ts';
import { prepare } from './prepare.ts';

const store = { options: { maxItemSize: 409_600 } } as ActionStore;
const text = (S: string) => ({ S });
const number = (N: string) => ({ N });

const update = (low: string, high: string, name = '#n'): Input => ({
  TableName: 'things',
  Key: { pk: text(low) },
  UpdateExpression: `SET ${name} = if_not_exists(${name}, :low) REMOVE former`,
  ConditionExpression: 'due BETWEEN :low AND :high AND attribute_exists(pk)',
  ExpressionAttributeNames: { '#n': 'n' },
  ExpressionAttributeValues: { ':low': text(low), ':high': text(high) },
});

const updateIfOfType = (type: string): Input => ({
  ...update('a', 'b'),
  ConditionExpression: 'attribute_not_exists(due) OR attribute_type(due, :type) OR due BETWEEN :low AND :high',
  ExpressionAttributeValues: { ':low': text('a'), ':high': text('b'), ':type': text(type) },
});

/** A request as prepared, and as judged without any known form; both should agree. */
function bothWays(name: string, input: () => Input): [unknown, unknown] {
  const judged = (run: () => Input) => {
    try {
      return JSON.parse(JSON.stringify({ ...run(), ExpressionAttributeValues: undefined }));
    } catch (error) {
      return (error as Error).message;
    }
  };
  return [judged(() => prepare(name, input(), store)), judged(() => check(name, input(), store))];
}

it('makes of a request that it knows what dynalite makes of it, with its own values', () => {
  const requests: Array<[string, () => Input]> = [
    ['UpdateItem', () => update('a', 'b')],
    ['UpdateItem', () => update('c', 'd')],
    ['UpdateItem', () => updateIfOfType('NULL')],
    ['UpdateItem', () => updateIfOfType('S')],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('a'), n: number('1.5'), m: { M: { l: { L: [] } } } } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('b'), n: number('1.50') } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('c'), bytes: { B: 'AAECAw==' } } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('d'), bytes: { B: '' } } })],
    ['GetItem', () => ({ TableName: 'things', Key: { pk: text('a') }, ConsistentRead: true })],
    ['GetItem', () => ({ TableName: 'things', Key: { pk: text('b') }, ConsistentRead: true })],
  ];
  for (const [name, input] of [...requests, ...requests]) {
    const [prepared, checked] = bothWays(name, input);
    expect(prepared).toEqual(checked);
    expect(typeof prepared).toBe('object');
  }
});

it('refuses in the words of dynalite what only the values make wrong', () => {
  prepare('UpdateItem', update('a', 'b'), store);
  prepare('PutItem', { TableName: 'things', Item: { pk: text('a'), n: number('1') } }, store);
  prepare('UpdateItem', updateIfOfType('NULL'), store);
  const wrong: Array<[string, () => Input]> = [
    ['UpdateItem', () => update('b', 'a')],
    ['UpdateItem', () => update('a', 'b', 'other')],
    ['UpdateItem', () => updateIfOfType('NOTHING')],
    ['UpdateItem', () => ({ ...update('a', 'b'), ExpressionAttributeValues: { ':low': text('a') } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('a'), n: number('one') } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('a'), n: { SS: [] } } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('a'), n: {} } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('a'), bytes: { B: 'AAECAw' } } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('a'), bytes: { B: 'AAEC!w==' } } })],
    ['PutItem', () => ({ TableName: 'things', Item: { pk: text('x'.repeat(410_000)) } })],
  ];
  for (const [name, input] of wrong) {
    const [prepared, checked] = bothWays(name, input);
    expect(prepared).toEqual(checked);
    expect(typeof prepared).toBe('string');
  }
});

it('keeps nothing of one request for the next', () => {
  const first = prepare('UpdateItem', update('first', 'z'), store);
  const second = prepare('UpdateItem', update('second', 'z'), store);
  expect(JSON.stringify(second)).not.toContain('first');
  expect(JSON.stringify(first)).not.toContain('second');
});
