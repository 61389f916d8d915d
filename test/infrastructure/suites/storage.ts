import { describe, expect, test } from 'vitest';
import { secrets, table } from '#lib/topology';
import type { Graph } from '../graph.ts';

export const describeStorage = (graph: Graph, production: Graph) =>
  describe('storage', () => {
    const tableOf = (stage: Graph) => stage.one('dynamodb/table:Table');

    test.each([graph, production])(
      'the table of $stage has the topology’s keys, TTL and point-in-time recovery',
      (stage) => {
        expect(tableOf(stage).inputs).toMatchObject({
          hashKey: 'pk',
          rangeKey: 'sk',
          billingMode: 'PAY_PER_REQUEST',
          ttl: { attributeName: table.ttl, enabled: true },
          pointInTimeRecovery: { enabled: true },
        });
        expect(tableOf(stage).inputs.globalSecondaryIndexes).toEqual(
          Object.entries(table.indexes).map(([name, keys]) => ({ name, ...keys, projectionType: 'KEYS_ONLY' })),
        );
      },
    );

    test('production’s table and secrets survive a mistake, and the app cannot be removed', () => {
      expect(tableOf(production)).toMatchObject({ protect: true, retainOnDelete: true });
      expect(tableOf(production).inputs.deletionProtectionEnabled).toBe(true);
      for (const secret of production.all('secretsmanager/secret:Secret')) {
        expect(secret).toMatchObject({ protect: true, retainOnDelete: true });
        expect(secret.inputs.recoveryWindowInDays).toBe(30);
      }
      expect(production.app).toMatchObject({ protect: true, removal: 'retain' });
    });

    test('any other stage can be removed without a trace', () => {
      expect(tableOf(graph)).toMatchObject({ protect: false, retainOnDelete: false });
      expect(tableOf(graph).inputs.deletionProtectionEnabled).toBe(false);
      for (const secret of graph.all('secretsmanager/secret:Secret')) {
        expect(secret).toMatchObject({ protect: false, retainOnDelete: false });
        expect(secret.inputs.recoveryWindowInDays).toBe(0);
      }
      expect(graph.app).toMatchObject({ protect: false, removal: 'remove' });
    });

    test('there is one secret a marketplace, one of keys, and the stacks never hold a value', () => {
      expect(
        graph
          .all('secretsmanager/secret:Secret')
          .map(({ inputs }) => inputs.name)
          .sort(),
      ).toEqual(secrets.map(({ name }) => `longshore/test/${name}`).sort());
      expect(graph.all('secretsmanager/secretVersion:SecretVersion')).toEqual([]);
    });

    test('everything is tagged with its stage: all of it is made by the one provider that has the tags', () => {
      for (const { stage, app, resources } of [graph, production]) {
        expect(app.providers.aws.defaultTags.tags).toEqual({ application: 'longshore', stage });
        for (const { type, name, provider, inputs } of resources) {
          expect(provider, `${type} ${name}`).toBe('');
          expect(Object.keys(inputs.tags ?? {}), `${type} ${name}`).not.toContain('application');
        }
      }
    });

    test('the table is encrypted with a key of AWS’s own, which costs nothing and asks for no grant', () => {
      expect(tableOf(production).inputs.serverSideEncryption).toBeUndefined();
      for (const { name, inputs } of production.all('secretsmanager/secret:Secret'))
        expect(inputs.kmsKeyId, name).toBeUndefined();
    });
  });
