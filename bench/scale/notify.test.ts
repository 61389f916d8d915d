import { expect, test } from 'vitest';
import { AT_ONCE } from '#lib/changes/push';
import { endpointLimits } from './notify.ts';

test('an endpoint is told no more than it answers, and no more than one invocation can send', () => {
  const [fast, slow] = endpointLimits([0, 2]);
  expect(slow?.[1]).toBeLessThanOrEqual(AT_ONCE / 2);
  expect(slow?.[1]).toBeGreaterThanOrEqual((0.9 * AT_ONCE) / 2 - 1);
  expect(fast?.[1]).toBeLessThan(300);
  expect(fast?.[2]).toBe(Math.floor(((fast?.[1] ?? 0) * 3600) / 5));
});
