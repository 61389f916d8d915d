import { table as spec } from '../lib/topology';
import { isProduction } from './names';

/** The one table. Point-in-time recovery is asked for aloud, though SST's default is the same. */
export function storage() {
  const indexes = Object.entries(spec.indexes);
  const keys = ['pk', 'sk', ...indexes.flatMap(([, { hashKey, rangeKey }]) => [hashKey, rangeKey])];
  const table = new sst.aws.Dynamo('Table', {
    fields: Object.fromEntries(keys.map((key) => [key, 'string' as const])),
    primaryIndex: { hashKey: 'pk', rangeKey: 'sk' },
    globalIndexes: Object.fromEntries(
      indexes.map(([name, key]) => [name, { ...key, projection: 'keys-only' as const }]),
    ),
    ttl: spec.ttl,
    deletionProtection: isProduction(),
    transform: {
      table: (args, options) => {
        args.pointInTimeRecovery = { enabled: true };
        options.retainOnDelete = isProduction();
        options.protect = isProduction();
      },
    },
  });
  return { table };
}
