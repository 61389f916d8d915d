import type { ComponentChildren } from 'preact';
import { useEffect, useReducer, useRef } from 'preact/hooks';
import { reading } from './command-line.ts';
import { Filter, type Filters, filterOf } from './filter.tsx';
import { ask, every, type HubError, hubNow, remembered } from './hub.ts';
import { keep, kept, pathOf, setQuery } from './place.ts';
import { Problem, Screen, Skeleton, Told } from './screen.tsx';
import { type Columns, Table } from './table.tsx';
import { Button } from './text.tsx';

type Row = { id: string };

interface Source<R extends Row> {
  path: string;
  filters?: Filters;
  /** The path under which single rows can be read: a row that has left the page may have changed. */
  one?: string;
  /** Sorts the rows of one page; by default they stay in the hub's order. */
  sort?: (rows: R[]) => R[];
  /** Whether rows that a page shows later are none that are new: they are shown at once, at the end. */
  isWhole?: boolean;
}

interface Kept<R extends Row> {
  rows: R[];
  /** Rows that are new, shown on demand. */
  fresh: R[];
  cursor: string | undefined;
  at: number;
  isRead: boolean;
  error?: HubError | undefined;
  isLoading: boolean;
}

const PAGE = 50;
const MOST = 200;
/** How many rows that have left the first page are read again at a time. */
const AGAIN = 8;
const NONE: Kept<never> = { rows: [], fresh: [], cursor: undefined, at: 0, isRead: false, isLoading: false };

/** A list that holds still while it is looked at: rows change in place, new ones wait to be asked for. */
export function useList<R extends Row>(source: Source<R>) {
  const { path, filters = {}, one, sort = (rows) => rows, isWhole } = source;
  const query = filterOf(filters);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const key = JSON.stringify([path, query]);
  const own = remembered<Kept<R>>(key, NONE);
  // The previous filter's rows stay until this filter's are read.
  const last = useRef(own);
  const shown = useRef('');
  if (own.isRead || own.error) last.current = own;

  const read = async (limit: number, cursor?: string) => {
    const page = await ask<Record<string, R[]> & { cursor?: string }>('get', path, {
      query: { ...query, limit, cursor },
    });
    // Besides its one list, an answer has only the cursor.
    const rows = Object.values(page).find(Array.isArray) as R[];
    // However many are read at once, they are sorted as single pages would be, so that Back leads to the same view.
    const sorted = rows.flatMap((_, at) => (at % PAGE === 0 ? sort(rows.slice(at, at + PAGE)) : []));
    return { rows: sorted, cursor: page.cursor };
  };
  const guarded = async (look: () => Promise<void>, isQuiet = false) => {
    if (own.isLoading) return;
    own.isLoading = !isQuiet;
    redraw(0);
    own.error = await look().then(
      () => undefined,
      (error) => error,
    );
    // A load that began during a quiet look goes on.
    own.isLoading &&= isQuiet;
    redraw(0);
  };

  /** Reads on until as many rows are shown as wanted; without a cursor from the start. */
  const load = (wanted: number, from?: string) =>
    guarded(async () => {
      let { rows, cursor } = from ? { rows: own.rows, cursor: from } : NONE;
      do {
        const page = await read(Math.min(MOST, Math.max(PAGE, wanted - rows.length)), cursor);
        const known = new Set(rows.map(({ id }) => id));
        rows = [...rows, ...page.rows.filter(({ id }) => !known.has(id))];
        cursor = page.cursor;
        // A filter may pass over thousands before it finds fifty: what is found is shown meanwhile.
        Object.assign(own, { rows, cursor, at: hubNow(), isRead: true }, !from && { fresh: [] });
        redraw(0);
      } while (cursor && rows.length < wanted && shown.current === key);
      if (from) keep({ rows: rows.length });
    });
  const reload = () => load(Math.max(PAGE, kept().rows ?? 0));
  const more = () => load(own.rows.length + 1, own.cursor);
  const look = async () => {
    const page = await read(PAGE);
    await update(own, page.rows, one ? (id) => ask('get', pathOf(one, id)) : undefined);
    if (isWhole) {
      // Its rows move between its pages: whichever were passed over, More finds them from the first page on.
      const isPart = own.cursor !== undefined || own.fresh.length > 0;
      Object.assign(own, { rows: [...own.rows, ...own.fresh], fresh: [], cursor: isPart ? page.cursor : undefined });
    }
    own.at = hubNow();
  };
  const refresh = () => (own.isRead ? guarded(look, true) : reload());
  const showFresh = () => {
    scrollTo(0, 0);
    // If a whole page is new, more new rows may lie between it and the rows already shown.
    if (own.fresh.length >= PAGE) return void reload();
    own.rows = [...own.fresh, ...own.rows];
    own.fresh = [];
    redraw(0);
  };

  useEffect(() => {
    shown.current = key;
    const stop = every(refresh);
    return () => {
      shown.current = '';
      stop();
    };
  }, [key]);
  return { ...own, path, query, filters, isWhole, rows: last.current.rows, more, showFresh };
}

/** Updates the shown rows from a page. New rows wait; rows in view that have left the page are read one by one. */
async function update<R extends Row>(own: Kept<R>, page: readonly R[], readOne?: (id: string) => Promise<R>) {
  const found = new Map(page.map((row) => [row.id, row]));
  const inView = [...document.querySelectorAll<HTMLElement>('tr[data-row]')]
    .filter((row) => row.getBoundingClientRect().bottom > 0 && row.getBoundingClientRect().top < innerHeight)
    .flatMap(({ dataset }) => own.rows[Number(dataset.row)] ?? []);
  const gone = readOne ? inView.map(({ id }) => id).filter((id) => !found.has(id)) : [];
  const start = gone.length > AGAIN ? Math.floor(Math.random() * (gone.length - AGAIN)) : 0;
  for (const id of gone.slice(start, start + AGAIN)) {
    const row = await readOne?.(id).catch(() => undefined);
    if (row) found.set(id, row);
  }
  own.rows = own.rows.map((row) => found.get(row.id) ?? row);
  const known = new Set([...own.rows, ...own.fresh].map(({ id }) => id));
  const fresh = page.filter((row) => !known.has(row.id));
  own.fresh = [...fresh, ...own.fresh.map((row) => found.get(row.id) ?? row)];
}

interface ListProps<R extends Row> {
  list: ReturnType<typeof useList<R>>;
  name: string;
  columns: Columns<R>;
  keys?: Readonly<Record<string, (row: R | undefined) => unknown>>;
  empty: string;
  /** How the rows of each page are ordered, in words. */
  order?: string;
  /** What came of an act. */
  said?: string;
  /** What stands above the rows. */
  above?: ComponentChildren;
}

/** A list in all its states: rows, new rows, loading, empty, failed, more to load. */
export function List<R extends Row>({ list, name, columns, keys = {}, empty, order, said, above }: ListProps<R>) {
  const { query, rows, fresh, cursor, isWhole, isRead, isLoading, error, at, more, showFresh } = list;
  const names = Object.keys(query);
  const news = fresh.length > 0 && `${fresh.length} new`;
  const clear = names.length > 0 && (
    <Button says="Clear filters" onClick={() => setQuery(Object.fromEntries(names.map((each) => [each, ''])))} />
  );
  return (
    <div aria-busy={isLoading}>
      <Problem of={{ error, at, value: isRead ? rows : undefined }}>{error?.status === 400 && clear}</Problem>
      <Told value={error !== undefined}>{above}</Told>
      {!isWhole && (
        <p role="status" class={said ? '' : 'unseen'}>
          {said} {news}
        </p>
      )}
      {news && <Button says={news} class="fresh" onClick={showFresh} />}
      {!isRead && !error && rows.length === 0 && <Skeleton lines={12} />}
      {isRead && cursor && rows.length === 0 && <p class="muted">Looking further back …</p>}
      {isRead && !cursor && rows.length + fresh.length === 0 && (
        <div class="empty">
          <p>{names.length > 0 ? 'Nothing matches these filters.' : empty}</p>
          {clear}
        </div>
      )}
      {order && (cursor || rows.length > PAGE) && <p class="muted">{order}</p>}
      {rows.length > 0 && <Table name={name} columns={columns} rows={rows} keys={keys} isMain />}
      {cursor && <Button says="More" aria-disabled={isLoading} onClick={() => void more()} />}
    </div>
  );
}

type ScreenProps<R extends Row> = ListProps<R> & { actions?: ComponentChildren; children?: ComponentChildren };

export function ListScreen<R extends Row>({ actions, children, ...props }: ScreenProps<R>) {
  const { path, query, filters, rows, isRead, error } = props.list;
  const isFirst = !isRead && !error;
  const commands = isFirst && rows.length === 0 ? [] : reading(path, query);
  return (
    <Screen {...{ title: props.name, actions, commands }} busy={isFirst}>
      {Object.keys(filters).length > 0 && (
        <div class="filters">
          <Told value={error !== undefined}>
            {Object.entries(filters).map(([name, how]) => (
              <Filter key={name} {...{ name, how }} />
            ))}
          </Told>
        </div>
      )}
      <List {...props} />
      <Told value={error !== undefined}>{children}</Told>
    </Screen>
  );
}
