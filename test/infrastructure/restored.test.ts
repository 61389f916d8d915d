import { expect, test } from 'vitest';
import { functions } from '#lib/topology';
import { synthesize } from './graph.ts';

const RESTORED = 'longshore-production-restored';
const graph = await synthesize('production', 'unbundled', { RESTORED_TABLE: RESTORED });
const ARN = `arn:aws:dynamodb:eu-central-1:111122223333:table/${RESTORED}`;
const OTHERS = new RegExp(`:table/(?!${RESTORED}(/|$))`);

test('a stage on a restored table: every function gets that table and may use no other', () => {
  for (const { name, grants } of functions) {
    expect(graph.variablesOf(name).TABLE_NAME).toBe(grants.table ? RESTORED : undefined);
    const tables = graph
      .statementsOf(name)
      .flatMap(({ Resource }) => Resource.filter((arn) => arn.includes(':table/')));
    expect(tables.filter((arn) => OTHERS.test(arn))).toEqual([]);
    expect(tables.some((arn) => arn === ARN)).toBe(grants.table !== undefined);
  }
  expect(graph.outputs.environment.TABLE_NAME).toBe(RESTORED);
});

const damaged = graph.one('dynamodb/table:Table', ({ isRead }) => !isRead);

test('a stage on a restored table: it is only read, and the damaged one stays protected', () => {
  expect(graph.one('dynamodb/table:Table', ({ isRead }) => isRead).id).toBe(RESTORED);
  expect(damaged).toMatchObject({ protect: true, retainOnDelete: true });
});

test('a stage on a restored table: nothing else that watches a table watches the damaged one', () => {
  const others = graph.resources.filter((resource) => resource !== damaged);
  const mentions = others.filter(({ inputs }) => JSON.stringify(inputs).includes(`${damaged.id}"`));
  expect(mentions.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
});
