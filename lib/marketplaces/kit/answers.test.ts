import { expect, test } from 'vitest';
import { RejectedError, RetryableError } from '#lib/platform/errors';
import { unclearAnswer, unlessRefused } from './answers.ts';

const detail = { code: 'refused', description: 'no' };

test('what is refused is null, and any other failure stays one', async () => {
  expect(await unlessRefused(async () => 'read')).toBe('read');
  expect(await unlessRefused(() => Promise.reject(new RejectedError(detail)))).toBeNull();
  await expect(unlessRefused(() => Promise.reject(new RetryableError(detail)))).rejects.toBeInstanceOf(RetryableError);
});

test('an unclear answer names its status where one is known', () => {
  expect(unclearAnswer('neither', 202).detail).toEqual({
    code: 'unexpected_answer',
    description: 'neither',
    httpStatus: 202,
  });
  expect(unclearAnswer('neither').detail).not.toHaveProperty('httpStatus');
});
