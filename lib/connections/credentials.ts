import { randomUUID } from 'node:crypto';
import { writeSecret } from '#lib/platform/secret';
import * as items from '#lib/platform/table/items';
import { db } from '#lib/platform/table/table';
import { announcedVersion } from './secret-version.ts';
import { createCredentials, type SecretDocument } from './secrets.ts';

/**
 * Replaces a marketplace's secret. The table names the new version before there is one: until it is there, nobody holds
 * what was read for longer than a minute, and so it stays where the second write fails.
 */
export async function writeSecretDocument(marketplace: string, document: SecretDocument): Promise<void> {
  const version = randomUUID();
  await db.put({ Item: { ...items.secretVersion.key({ marketplace }), version } });
  await writeSecret(marketplace, JSON.stringify(document), version);
}

/** What workers call remotes with. */
export const { getCredentials, getTokenKey } = createCredentials({ announced: announcedVersion });
