import * as items from '#lib/platform/table/items';
import { db } from '#lib/platform/table/table';

/** Which version of a marketplace's secret the table names, if any: read weakly, as it is asked for each minute. */
export const announcedVersion = async (marketplace: string): Promise<string | undefined> =>
  (await db.get({ Key: items.secretVersion.key({ marketplace }) }))?.version;
