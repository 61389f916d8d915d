import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useKeys } from './keyboard.ts';
import { restoreScroll } from './place.ts';
import { LinkTo, sentence, show } from './text.tsx';

/** `wide` takes the remaining room, `whole` wraps on cards, `number` is right-aligned, `named` shows its title on cards. */
type Column<Row> = readonly [
  title: string,
  cell: (row: Row) => ComponentChildren,
  kind?: 'wide' | 'wide whole' | 'wide named' | 'named' | 'number',
];

export type Columns<Row> = ReadonlyArray<Column<Row>>;

/** A column of links to items of a list, named by their ids unless there is other text. */
export const linked = <Row,>(
  title: string,
  list: string,
  of: (row: Row) => readonly [id: string | null, text?: ComponentChildren],
): Column<Row> => [
  title,
  (row) => {
    const [id, text] = of(row);
    return <LinkTo {...{ list, id }}>{text}</LinkTo>;
  },
];

interface Props<Row> {
  name: string;
  columns: Columns<Row>;
  rows: readonly Row[] | undefined;
  empty?: string;
  /** Keys that act on the focused row, if there is one. */
  keys?: Readonly<Record<string, (row: Row | undefined) => unknown>>;
  /** Whether `j` and `k` move through its rows; by default, if it has a caption, which only a table on its own has. */
  isMain?: boolean;
  caption?: boolean;
}

/** With no more rows than this, all of them are in the document. */
const WINDOW = 120;
const BEYOND = 20;

/** With this many columns or more, a row is a card where it has no room. */
const CARDS = 5;

/** A real table. Of many rows only those near the window are in the document; the others' space is left free. */
export function Table<Row>(props: Props<Row>) {
  const { name, columns, rows = [], empty, keys = {}, caption = false, isMain = caption } = props;
  const room = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(32);
  const [first, setFirst] = useState(0);
  const isLong = rows.length > WINDOW;
  const shown = isLong ? Math.ceil(innerHeight / height) + 2 * BEYOND : rows.length;
  const from = isLong ? Math.max(0, Math.min(first, rows.length - shown)) : 0;

  useLayoutEffect(() => {
    const body = room.current?.querySelector('tbody');
    const each = body ? body.offsetHeight / body.rows.length : height;
    if (Math.abs(each - height) > 0.5) setHeight(each);
  });
  // The page may have been left further down than rows of the estimated height reach.
  useLayoutEffect(restoreScroll, [height, rows.length]);
  useEffect(() => {
    if (!isLong) return;
    const look = () => {
      const top = room.current?.getBoundingClientRect().top ?? 0;
      setFirst(Math.max(0, Math.floor(-top / height / BEYOND) * BEYOND - BEYOND));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, [isLong, height]);

  const focused = () => rows[Number(room.current?.querySelector<HTMLElement>('tr:focus-within')?.dataset.row ?? -1)];
  useKeys(Object.fromEntries(Object.entries(keys).map(([key, act]) => [key, () => act(focused())])));

  const isEmpty = props.rows !== undefined && rows.length === 0;
  if (rows.length === 0 && !(caption && isEmpty))
    return isEmpty && empty ? <p class="muted">{sentence(empty)}</p> : null;
  const after = Math.max(0, rows.length - from - shown);
  return (
    <div
      ref={room}
      class={`table ${columns.length < CARDS ? '' : 'cards'} ${isMain ? 'rows' : ''}`}
      style={isLong ? { paddingTop: `${from * height}px`, paddingBottom: `${after * height}px` } : {}}
    >
      <table aria-label={caption ? undefined : name} aria-rowcount={isLong ? rows.length + 1 : undefined}>
        {caption && <caption>{name}</caption>}
        <thead>
          <tr>
            {columns.map(([title, , kind]) => (
              <th key={title} scope="col" class={kind}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(from, from + shown).map((row, index) => (
            <tr
              key={(row as { id?: string }).id ?? from + index}
              data-row={from + index}
              tabIndex={-1}
              aria-rowindex={isLong ? from + index + 2 : undefined}
            >
              {columns.map(([title, cell, kind]) => (
                <td key={title} class={kind} data-title={title}>
                  {show(cell(row))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {isEmpty && empty && <p class="muted">{sentence(empty)}</p>}
    </div>
  );
}
