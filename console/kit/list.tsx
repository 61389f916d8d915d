import type { ComponentChildren } from 'preact';
import { useEffect, useReducer } from 'preact/hooks';
import { ask, forgetters, type HubError, type Query } from './hub.ts';
import { every } from './live.ts';
import { keep, kept, setQuery } from './place.ts';
import { announce, Problem, Skeleton } from './screen.tsx';
import { type Column, Table } from './table.tsx';

interface Source<Row> {
  path: string;
  /** The member of an answer that holds the rows. */
  plural: string;
  query: Query;
  idOf: (row: Row) => string;
  /** Reads one row that its page no longer has, as what it says may have changed. */
  readOne?: (id: string) => Promise<Row>;
  /** The order of rows of one page; by itself it is the hub's. */
  sort?: (rows: Row[]) => Row[];
}

interface Kept<Row> {
  rows: Row[];
  /** What came since, and is shown when asked for. */
  fresh: Row[];
  cursor: string | undefined;
  at: number;
  isRead: boolean;
  error?: HubError | undefined;
  isLoading: boolean;
}

export interface LiveList<Row> extends Readonly<Kept<Row>> {
  idOf: (row: Row) => string;
  more(): Promise<void>;
  showFresh(): void;
  reload(): Promise<void>;
  refresh(): Promise<void>;
}

const PAGE = 50;
const MOST = 200;
/** Rows beyond the first page that one look reads again. */
const AGAIN = 8;
const lists = new Map<string, Kept<unknown>>();
forgetters.add(() => lists.clear());

const none = <Row,>(): Kept<Row> => ({
  rows: [],
  fresh: [],
  cursor: undefined,
  at: 0,
  isRead: false,
  isLoading: false,
});

/** A list that stays as it is while it is looked at: rows change in place, new ones wait to be asked for. */
export function useList<Row>({
  path,
  plural,
  query,
  idOf,
  readOne,
  sort = (rows) => rows,
}: Source<Row>): LiveList<Row> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const key = JSON.stringify([path, query]);
  const own = (lists.get(key) ?? none<Row>()) as Kept<Row>;
  lists.set(key, own as Kept<unknown>);

  const read = async (limit: number, cursor?: string) => {
    const page = await ask<Record<string, unknown>>('get', path, { query: { ...query, limit, cursor } });
    return { rows: page[plural] as Row[], cursor: page.cursor as string | undefined };
  };
  const guarded = async (look: () => Promise<void>) => {
    if (own.isLoading) return;
    own.isLoading = true;
    redraw(0);
    try {
      await look();
      own.error = undefined;
    } catch (error) {
      own.error = error as HubError;
    }
    own.isLoading = false;
    redraw(0);
  };

  const reload = () =>
    guarded(async () => {
      const wanted = Math.max(PAGE, kept().rows ?? 0);
      const rows: Row[] = [];
      let cursor: string | undefined;
      do {
        const page = await read(Math.min(MOST, wanted - rows.length), cursor);
        rows.push(...page.rows);
        cursor = page.cursor;
      } while (cursor && rows.length < wanted);
      Object.assign(own, { rows: sort(rows), fresh: [], cursor, at: Date.now(), isRead: true });
    });
  const more = () =>
    guarded(async () => {
      const page = await read(PAGE, own.cursor);
      const known = new Set(own.rows.map(idOf));
      own.rows = [...own.rows, ...sort(page.rows.filter((row) => !known.has(idOf(row))))];
      own.cursor = page.cursor;
      keep({ rows: own.rows.length });
    });
  const refresh = async () => {
    if (own.isLoading || !own.isRead) return;
    try {
      const page = await read(PAGE);
      await update(own, page.rows, idOf, readOne);
      own.at = Date.now();
      own.error = undefined;
    } catch (error) {
      own.error = error as HubError;
    }
    redraw(0);
  };
  const showFresh = () => {
    own.rows = [...own.fresh, ...own.rows];
    own.fresh = [];
    redraw(0);
    scrollTo(0, 0);
  };

  useEffect(() => {
    if (own.isRead) void refresh();
    else void reload();
    return every(refresh);
  }, [key]);
  return { ...own, idOf, more, showFresh, reload, refresh };
}

/** Puts what a page says into the rows that are shown; what is new waits, what left the page is read by itself. */
async function update<Row>(
  own: Kept<Row>,
  page: readonly Row[],
  idOf: (row: Row) => string,
  readOne?: (id: string) => Promise<Row>,
) {
  const found = new Map(page.map((row) => [idOf(row), row]));
  const inView = [...document.querySelectorAll<HTMLElement>('tr[data-row]')]
    .filter((row) => row.getBoundingClientRect().bottom > 0 && row.getBoundingClientRect().top < innerHeight)
    .flatMap(({ dataset }) => own.rows[Number(dataset.row)] ?? []);
  const gone = readOne ? inView.map(idOf).filter((id) => !found.has(id)) : [];
  const start = gone.length > AGAIN ? Math.floor(Math.random() * (gone.length - AGAIN)) : 0;
  for (const id of gone.slice(start, start + AGAIN)) {
    const row = await readOne?.(id).catch(() => undefined);
    if (row) found.set(id, row);
  }
  own.rows = own.rows.map((row) => found.get(idOf(row)) ?? row);
  const known = new Set([...own.rows, ...own.fresh].map(idOf));
  const fresh = page.filter((row) => !known.has(idOf(row)));
  if (fresh.length > 0) announce(`${own.fresh.length + fresh.length} new`);
  own.fresh = [...fresh, ...own.fresh.map((row) => found.get(idOf(row)) ?? row)];
}

interface Props<Row> {
  name: string;
  list: LiveList<Row>;
  columns: readonly Column<Row>[];
  keys?: Readonly<Record<string, (row: Row) => unknown>>;
  /** What would stand here and how it gets here. */
  empty: ComponentChildren;
  /** The parameters that narrow it, while one does. */
  filters?: readonly string[] | undefined;
}

/** A list with all its states: new, waiting, empty, failed, more. */
export function List<Row>({ name, list, columns, keys = {}, empty, filters = [] }: Props<Row>) {
  const { idOf, rows, fresh, cursor, isRead, isLoading, error, at, reload, more, showFresh } = list;
  const clear = () => setQuery(Object.fromEntries(filters.map((filter) => [filter, ''])));
  return (
    <div aria-busy={isLoading}>
      <Problem of={{ error, at, reload: isRead ? list.refresh : reload, ...(isRead && { value: rows }) }} />
      {fresh.length > 0 && (
        <button type="button" class="fresh" onClick={showFresh}>
          {fresh.length} new
        </button>
      )}
      {!isRead && !error && <Skeleton lines={12} />}
      {isRead && rows.length === 0 && (
        <div class="empty">
          <p>{filters.length > 0 ? 'Nothing matches these filters.' : empty}</p>
          {filters.length > 0 && (
            <button type="button" onClick={clear}>
              Clear filters
            </button>
          )}
        </div>
      )}
      {rows.length > 0 && <Table name={name} columns={columns} rows={rows} idOf={idOf} keys={keys} isMain />}
      {cursor && (
        <button type="button" class="more" disabled={isLoading} onClick={() => void more()}>
          More
        </button>
      )}
    </div>
  );
}
