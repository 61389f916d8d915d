import { expect, test } from 'vitest';
import { OUTCOME_UNKNOWN } from '#lib/platform/errors';
import { deliveryOf, NOW } from '../../test/support/fake-hub.ts';
import type { Delivery } from './delivery.ts';
import { reopen } from './reopen.ts';

const at = NOW.toISOString();
const refused = { code: 'http_422', description: 'no such street' };

test.each<[string, Partial<Delivery>, boolean]>([
  ['has succeeded', { state: 'succeeded' }, true],
  ['may have happened', { state: 'dead', unknown: true, cause: refused }, true],
  ['was refused', { state: 'dead', cause: refused }, false],
  [
    'may have happened where no probe could tell',
    { state: 'blocked', unknown: true, cause: { ...refused, code: OUTCOME_UNKNOWN } },
    false,
  ],
])('a replay of what %s looks first where it may stand', (_what, changes, isProbed) => {
  const replayed = reopen(deliveryOf({}, { failures: 4, ...changes }), at, at);
  expect(replayed).toMatchObject({ state: 'pending', failures: 0, unknown: isProbed, nextAttemptAt: at, cause: null });
});
