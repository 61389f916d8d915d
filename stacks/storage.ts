import { table as spec } from '../lib/topology';
import { isProduction, isProtected } from './names';
import { setting } from './settings';

/**
 * The one table, or the one that it was restored into: point-in-time recovery always creates another table. The damaged
 * one then stays, as nothing here may remove it, and nothing uses it.
 */
export function storage() {
  const own = createTable();
  const restored = setting('RESTORED_TABLE');
  // Without it, what the lost part of the ledger had pushed would be pushed again.
  if (restored && !setting('RESTORED_AT'))
    throw new Error('RESTORED_TABLE wants RESTORED_AT: when the damaged table was last worked with');
  return { table: restored ? sst.aws.Dynamo.get('RestoredTable', restored) : own };
}

/**
 * Point-in-time recovery is set explicitly, though SST's default is the same. Encryption is with a key of AWS's own:
 * one of ours would cost a dollar a month and its requests, and keep out nobody whom IAM lets read the table.
 */
function createTable(): sst.aws.Dynamo {
  const indexes = Object.entries(spec.indexes);
  const keys = ['pk', 'sk', ...indexes.flatMap(([, { hashKey, rangeKey }]) => [hashKey, rangeKey])];
  return new sst.aws.Dynamo('Table', {
    fields: Object.fromEntries(keys.map((key) => [key, 'string' as const])),
    primaryIndex: { hashKey: 'pk', rangeKey: 'sk' },
    globalIndexes: Object.fromEntries(
      indexes.map(([name, key]) => [name, { ...key, projection: 'keys-only' as const }]),
    ),
    ttl: spec.ttl,
    stream: 'new-and-old-images',
    deletionProtection: isProduction(),
    transform: {
      table: (args, options) => {
        args.pointInTimeRecovery = { enabled: true };
        options.retainOnDelete = isProduction();
        options.protect = isProtected();
      },
    },
  });
}
