import { expect, test } from 'vitest';
import { OutOfTime, walk } from './walk.ts';

test('a walk ends after the page in which its deadline was moved, and continues after that', async () => {
  const read = async (list: string, cursor = '1') => ({
    items: [`${list}${cursor}`],
    ...(cursor === '1' && { cursor: '2' }),
  });
  const limit = { deadline: Number.POSITIVE_INFINITY };
  const seen: string[] = [];
  const look = async (from?: string) => {
    for await (const item of walk(['a', 'b'], read, from, limit)) {
      seen.push(item);
      if (item === 'b1') limit.deadline = 0;
    }
  };
  const stopped = await look().catch((error: unknown) => error);
  expect(stopped).toBeInstanceOf(OutOfTime);
  expect(seen).toEqual(['a1', 'a2', 'b1']);
  await look((stopped as OutOfTime).from);
  expect(seen).toEqual(['a1', 'a2', 'b1', 'b2']);
});
