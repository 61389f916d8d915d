import {
  DescribeSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { secretId } from '#lib/platform/settings';

/** What Secrets Manager has of a marketplace, without any value. */
export interface SecretState {
  marketplace: string;
  /** When it was last changed, UTC; null if nothing was ever put. */
  changedAt: string | null;
  /** The version before, which webhooks may still be signed with. */
  previousVersion: string | null;
}

type Client = Pick<SecretsManagerClient, 'send'>;

const PREVIOUS = 'AWSPREVIOUS';

export async function describeSecret(
  marketplace: string,
  client: Client = new SecretsManagerClient({}),
): Promise<SecretState> {
  const { LastChangedDate, VersionIdsToStages = {} } = await client.send(
    new DescribeSecretCommand({ SecretId: secretId(marketplace) }),
  );
  const [previousVersion = null] =
    Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes(PREVIOUS)) ?? [];
  const isPut = Object.keys(VersionIdsToStages).length > 0;
  return { marketplace, changedAt: (isPut && LastChangedDate?.toISOString()) || null, previousVersion };
}

/**
 * Takes the previous version of a marketplace's secret out of use: after a leak nothing signed with it may be accepted.
 * Receivers that hold it keep it for a minute at most, or for an hour if it was replaced past the hub and
 * `releaseReplaced` was not called. False where there is none.
 */
export async function retirePreviousSecret(
  marketplace: string,
  client: Client = new SecretsManagerClient({}),
): Promise<boolean> {
  const { previousVersion } = await describeSecret(marketplace, client);
  if (!previousVersion) return false;
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secretId(marketplace),
      VersionStage: PREVIOUS,
      RemoveFromVersionId: previousVersion,
    }),
  );
  return true;
}
