import { expect, test } from 'vitest';
import type { Scope } from '#lib/api/kit/keys';
import { findKeyTroubles } from './connection-troubles.ts';

test('keys that may do more than they need, and rotations left halfway, are troubles', () => {
  const key = (name: string, ...scopes: Scope[]) => ({ name, scopes, createdAt: '2026-11-20' });
  expect(findKeyTroubles([key('operator', 'ops'), key('erp', 'orders:read')])).toEqual([]);
  expect(findKeyTroubles([key('officer', 'ops', 'privacy')])).toEqual([]);
  expect(findKeyTroubles([key('erp-2', 'orders:read', 'ops')])).toMatchObject([
    { trouble: 'erp-2 may do everything: orders:read ops' },
  ]);
  expect(findKeyTroubles([key('erp', 'orders:read'), key('erp', 'orders:read')])).toMatchObject([
    { trouble: 'erp has 2 keys', cure: expect.stringContaining('keys revoke erp --older --yes') },
  ]);
});
