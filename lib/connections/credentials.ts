import { randomUUID } from 'node:crypto';
import { readVersion, writeSecret } from '#lib/platform/secret';
import * as items from '#lib/platform/table/items';
import { db, isWritten, NEW, put } from '#lib/platform/table/table';
import { announcedVersion } from './secret-version.ts';
import { createCredentials, type SecretDocument } from './secrets.ts';

const rowOf = (marketplace: string, version: string) => ({
  ...items.secretVersion.key({ marketplace }),
  ...{ version, at: new Date().toISOString() },
});

/**
 * Replaces a marketplace's secret. The table names the new version before there is one: until it is there, nobody holds
 * what was read for longer than a minute, and so it stays where the second write fails.
 */
export async function writeSecretDocument(marketplace: string, document: SecretDocument): Promise<void> {
  const version = randomUUID();
  await db.put({ Item: rowOf(marketplace, version) });
  await writeSecret(marketplace, JSON.stringify(document), version);
}

/** Longer than whoever named a version takes to write it. */
const WRITTEN_MS = 3600_000;

/**
 * Has the table name the version that stands, where it names none, as older hubs leave it, or one that long ago that nobody
 * is about to write it: it was lost, or somebody wrote past the hub.
 */
export async function announceStanding(marketplace: string): Promise<void> {
  const named = await db.get({ Key: items.secretVersion.key({ marketplace }), ConsistentRead: true });
  if (named && Date.now() - Date.parse(named.at) < WRITTEN_MS) return;
  const standing = await readVersion(marketplace);
  if (!standing?.id || standing.id === named?.version) return;
  const isSame = 'version = :named';
  const { Put } = put(rowOf(marketplace, standing.id), named ? isSame : NEW, named && { ':named': named.version });
  await isWritten(db.put(Put));
}

/** After a leak: where the table names another version than the one that stands, nobody holds that any longer than a minute. */
export async function releaseReplaced(marketplace: string): Promise<void> {
  const named = await announcedVersion(marketplace);
  if (named === undefined || named === (await readVersion(marketplace))?.id) return;
  await db.put({ Item: rowOf(marketplace, randomUUID()) });
}

/** What workers call remotes with. */
export const { getCredentials, getTokenKey } = createCredentials({ announced: announcedVersion });
