import { secrets as specs } from '../lib/topology';
import { isProduction, isProtected, logicalName } from './names';

/**
 * The stacks never hold a value: `longshore connections put` and `longshore ucp rotate-key` write them, and a version
 * created here would overwrite theirs once AWS has forgotten the first one.
 */
export function secrets(): ReadonlyMap<string, aws.secretsmanager.Secret> {
  return new Map(
    specs.map(({ name, holds }) => [
      name,
      new aws.secretsmanager.Secret(
        `${logicalName(name)}Secret`,
        {
          name: `${$app.name}/${$app.stage}/${name}`,
          description: holds,
          recoveryWindowInDays: isProduction() ? 30 : 0,
        },
        { retainOnDelete: isProduction(), protect: isProtected() },
      ),
    ]),
  );
}
