import { expect, test } from 'vitest';
import { functions } from '#lib/topology';
import { synthesize } from './graph.ts';

const RESTORED = 'longshore-production-restored';
const RESTORED_AT = '2026-11-21T08:15:00Z';
const [graph, leaving, incomplete] = await Promise.all([
  synthesize('production', 'unbundled', { RESTORED_TABLE: RESTORED, RESTORED_AT }),
  synthesize('production', 'unbundled', { UNPROTECTED: 'production' }),
  synthesize('production', 'unbundled', { RESTORED_TABLE: RESTORED }).catch((error: unknown) => String(error)),
]);
const ARN = `arn:aws:dynamodb:eu-central-1:111122223333:table/${RESTORED}`;
const OTHERS = new RegExp(`:table/(?!${RESTORED}(/|$))`);
const damaged = graph.one('dynamodb/table:Table', ({ isRead }) => !isRead);

test('a stage on a restored table: every function gets that table and may use no other', () => {
  for (const { name, grants } of functions) {
    const usesTable = grants.table !== undefined || grants.only !== undefined;
    expect(graph.variablesOf(name).TABLE_NAME).toBe(usesTable ? RESTORED : undefined);
    const tables = graph
      .statementsOf(name)
      .flatMap(({ Resource }) => Resource.filter((arn) => arn.includes(':table/')));
    expect(tables.filter((arn) => OTHERS.test(arn))).toEqual([]);
    expect(tables.some((arn) => arn === ARN)).toBe(usesTable);
  }
  expect(graph.outputs.environment.TABLE_NAME).toBe(RESTORED);
});

test('a stage on a restored table: its functions know since when, and it is not deployed without', () => {
  for (const { name, grants } of functions)
    expect(graph.variablesOf(name).RESTORED_AT).toBe(grants.table ? RESTORED_AT : undefined);
  expect(incomplete).toContain('RESTORED_TABLE wants RESTORED_AT');
});

test('a stage on a restored table: it is only read, and the damaged one stays protected', () => {
  expect(graph.one('dynamodb/table:Table', ({ isRead }) => isRead).id).toBe(RESTORED);
  expect(damaged).toMatchObject({ protect: true, retainOnDelete: true });
});

test('a stage on a restored table: nothing else that watches a table watches the damaged one', () => {
  const others = graph.resources.filter((resource) => resource !== damaged);
  const mentions = others.filter(({ inputs }) => JSON.stringify(inputs).includes(`${damaged.id}"`));
  expect(mentions.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
});

test('production can be removed by who names it, and what holds data still outlives it', () => {
  expect(leaving.app).toMatchObject({ protect: false, removal: 'retain' });
  const kept = [...leaving.all('dynamodb/table:Table'), ...leaving.all('secretsmanager/secret:Secret')];
  expect(kept.length).toBeGreaterThan(1);
  for (const resource of kept) expect(resource).toMatchObject({ protect: false, retainOnDelete: true });
  expect(leaving.one('dynamodb/table:Table').inputs.deletionProtectionEnabled).toBe(true);
});
