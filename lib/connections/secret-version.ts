import * as items from '#lib/platform/table/items';
import { db } from '#lib/platform/table/table';

/** The version of a marketplace's secret that the table names, if any. A weak read, as it is made each minute. */
export const announcedVersion = async (marketplace: string): Promise<string | undefined> =>
  (await db.get({ Key: items.secretVersion.key({ marketplace }) }))?.version;
