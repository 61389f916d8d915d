import { randomUUID } from 'node:crypto';
import { cached } from '#lib/platform/cache';
import { readVersion, writeSecret } from '#lib/platform/secret';
import { equals, isAbsent, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { db, isWritten } from '#lib/platform/table/table';
import { errorFields, log } from '#lib/platform/telemetry/log';
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
const WRITTEN_MS = 600_000;

/**
 * Has the table name the version that stands, if it names none (older hubs leave it so) or has named another for too
 * long for somebody to be writing it: that write was lost, or somebody wrote past the hub.
 */
export async function announceStanding(marketplace: string): Promise<void> {
  const named = await db.get({ Key: items.secretVersion.key({ marketplace }), ConsistentRead: true });
  // By whichever clock it was named: one that is fast must not keep it named for longer.
  if (named && Math.abs(Date.now() - Date.parse(named.at)) < WRITTEN_MS) return;
  const standing = await readVersion(marketplace);
  if (!standing?.id || standing.id === named?.version) return;
  const isSame = named ? equals('version', named.version) : isAbsent('version');
  const { pk, sk, ...row } = rowOf(marketplace, standing.id);
  await isWritten(db.update({ Key: { pk, sk }, ...setting(row, isSame) }));
}

/** With `WRITTEN_MS` it makes less than an hour, which docs/deploy.md promises. */
const WATCH_EVERY_MS = 1800_000;
const watches = cached(WATCH_EVERY_MS, announceStanding);

/**
 * Has a poller find what was written past the hub, so that not every instance has to look for it: whoever holds another
 * version than the table names reads the secret.
 */
export async function watchSecret(marketplace: string): Promise<void> {
  try {
    await watches.get(marketplace);
  } catch (error) {
    log.warn('a secret was not looked at', { marketplace, ...errorFields(error) });
  }
}

/** After a leak: if the table names another version than stands, nobody holds the leaked one for over a minute. */
export async function releaseReplaced(marketplace: string): Promise<void> {
  const named = await announcedVersion(marketplace);
  if (named === undefined || named === (await readVersion(marketplace))?.id) return;
  await db.put({ Item: rowOf(marketplace, randomUUID()) });
}

/** The credentials that workers call remotes with. */
export const { getCredentials, getTokenKey } = createCredentials({ announced: announcedVersion });
