import { createHmac, randomBytes } from 'node:crypto';
import { domainToUnicode } from 'node:url';
import { cached } from '#lib/platform/cache';
import * as items from '#lib/platform/table/items';
import { db, getItem, isWritten, NEW, put, type Table } from '#lib/platform/table/table';

interface HashKey {
  key: string;
}

/** HMAC-SHA256 of an e-mail address, regardless of case and width, with a key that the hub made for this. */
export async function hashEmail(email: string, table: Table = db): Promise<string> {
  const key = await (table === db ? held.get('') : ownKey(table));
  return createHmac('sha256', key).update(normalEmail(email)).digest('hex').slice(0, 32);
}

/** Apostrophes are part of a name (`o'neill@`), but do not begin it. A subject may have an `@` of its own. */
const ADDRESS = /(?!['‘’])[^\s<>:",;@()[\]“”„«»]+@[^\s<>:",;()[\]“”„«»'‘’?]*[^\s<>:",;()[\]“”„«»'‘’?.]/;

/** More than any mail server takes. A text of 200 KB without an address in it would be searched for minutes. */
export const MAX_ADDRESS = 1_000;

/**
 * An address in lower case, its host decoded from punycode, without what is copied along with it from a page or mail:
 * invisible characters, a name (`Ana Torres <ana@example.com>`), `mailto:`, brackets and quotes around it.
 */
export function normalEmail(email: string): string {
  const text = email
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .trim()
    .slice(0, MAX_ADDRESS)
    .toLowerCase();
  const address = ADDRESS.exec(text)?.[0] ?? text;
  return address.replace(/(?<=@).*xn--.*$/, (host) => domainToUnicode(host) || host);
}

/** Whether a text names one address only, perhaps twice; what follows `?` in a link is none. */
export const isOneAddress = (text: string): boolean => {
  const bare = text.normalize('NFKC').replaceAll(/\?[^\s<>]*/g, '');
  const named = bare.match(new RegExp(ADDRESS, 'g'));
  return new Set(named?.map(normalEmail)).size < 2;
};

const ownKey = async (table: Table): Promise<string> => (await readKey(table)) ?? makeKey(table);

/** The key is made once; only a table that is emptied under a running hub gets another. */
const held = cached(3600_000, () => ownKey(db));

const readKey = async (table: Table): Promise<string | undefined> =>
  (await getItem<HashKey>(items.emailHashKey.key(), table))?.key;

async function makeKey(table: Table): Promise<string> {
  const key = randomBytes(32).toString('base64');
  if (await isWritten(table.put(put<HashKey>({ key, ...items.emailHashKey.key() }, NEW).Put))) return key;
  return (await readKey(table)) ?? key;
}
