import { marketplaces } from '../lib/marketplaces/registry';
import { isProduction, isProtected, logicalName } from './names';

/**
 * One secret a marketplace, for all its connections. The stacks never hold a value: `longshore connections put` writes
 * it, and a version made here would overwrite it on the day that AWS forgets the first one.
 */
export function secrets(): ReadonlyMap<string, aws.secretsmanager.Secret> {
  return new Map(
    marketplaces.map(({ name, title }) => [
      name,
      new aws.secretsmanager.Secret(
        `${logicalName(name)}Secret`,
        {
          name: `${$app.name}/${$app.stage}/${name}`,
          description: `Credentials of all ${title} connections`,
          recoveryWindowInDays: isProduction() ? 30 : 0,
        },
        { retainOnDelete: isProduction(), protect: isProtected() },
      ),
    ]),
  );
}
