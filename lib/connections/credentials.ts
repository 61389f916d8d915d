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
 * Replaces a marketplace's secret. The table names the new version before it is written: until it is there, nobody
 * holds an older read for longer than a minute, and that stays so if the second write fails.
 */
export async function writeSecretDocument(marketplace: string, document: SecretDocument): Promise<void> {
  const version = randomUUID();
  await db.put({ Item: rowOf(marketplace, version) });
  await writeSecret(marketplace, JSON.stringify(document), version);
}

/** Longer than anybody takes to write a version after naming it. */
const WRITTEN_MS = 3600_000;

/**
 * Has the table name the version that stands, if it names none (older hubs leave it so) or has named another for too
 * long for somebody to be writing it: that write was lost, or somebody wrote past the hub.
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

/** After a leak: if the table names another version than stands, nobody holds the leaked one for over a minute. */
export async function releaseReplaced(marketplace: string): Promise<void> {
  const named = await announcedVersion(marketplace);
  if (named === undefined || named === (await readVersion(marketplace))?.id) return;
  await db.put({ Item: rowOf(marketplace, randomUUID()) });
}

/** The credentials that workers call remotes with. */
export const { getCredentials, getTokenKey } = createCredentials({ announced: announcedVersion });
