import type { Api, Query } from './api-client.ts';
import type { ListOptions } from './options.ts';
import type { Session } from './session.ts';
import type { Column } from './table.ts';

const PAGE = 200;
const DEFAULT_LIMIT = 50;

export type Page<K extends string, Row> = Record<K, Row[]> & { cursor?: string };

/** Reads up to `limit` rows, or all, over as many pages as it takes, into one. */
export async function readList<K extends string, Row>(
  api: Api,
  path: string,
  plural: K,
  query: Query,
  { limit = DEFAULT_LIMIT, cursor, all = false }: ListOptions,
): Promise<Page<K, Row>> {
  const wanted = all ? Number.POSITIVE_INFINITY : limit;
  const rows: Row[] = [];
  let next = cursor;
  do {
    const page: Page<K, Row> = await api.get(path, {
      ...query,
      limit: Math.min(PAGE, wanted - rows.length),
      cursor: next,
    });
    rows.push(...page[plural]);
    next = page.cursor;
  } while (next !== undefined && rows.length < wanted);
  return { [plural]: rows, ...(next !== undefined && { cursor: next }) } as Page<K, Row>;
}

/** Prints a list as a table, or JSON with `--json`, and how to see more of it. */
export function answerList<K extends string, Row>(
  session: Session,
  page: Page<K, Row>,
  plural: K,
  columns: readonly Column<Row>[],
  none: string,
): void {
  const rows = page[plural] as Row[];
  session.answer(page, () => (rows.length > 0 ? session.table(rows, columns) : none));
  if (!session.json && page.cursor !== undefined) session.note(`There are more: --all, or --cursor ${page.cursor}`);
}
