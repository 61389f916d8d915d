import { useLayoutEffect } from 'preact/hooks';

/** `false`: not handled, so the next layer may. */
type Keys = Readonly<Record<string, () => unknown>>;

/** What keys do, the newest layer first. */
const layers: Keys[] = [];
const CHORD_MS = 1_500;
let chordUntil = 0;

/** Binds keys while the component is shown, from its first moment. `g h` is a chord. */
export function useKeys(keys: Keys): void {
  useLayoutEffect(() => {
    layers.unshift(keys);
    return () => void layers.splice(layers.indexOf(keys), 1);
  });
}

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isField(target as Element)) return;
    if (document.querySelector('dialog[open]')) return;
    const chord = Date.now() < chordUntil ? `g ${key}` : key;
    chordUntil = 0;
    if (key === 'g' && chord === key) {
      chordUntil = Date.now() + CHORD_MS;
      return;
    }
    if (layers.some((keys) => keys[chord] && keys[chord]() !== false)) event.preventDefault();
  });
}

const isField = (element: Element): boolean =>
  element.matches('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]');

/** What `j` and `k` move through: the rows of a screen's main table, or the groups of Home and what is worth a look. */
const ROWS = '.rows [data-row], article, main li > a';

let last: HTMLElement | undefined;

/** Moves the focus to the next or previous row: to its link, if it has one. */
export function moveFocus(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const from = at === -1 && last ? rows.indexOf(last) : at;
  const row = rows[Math.max(0, Math.min(rows.length - 1, from + step))];
  // If a long list is scrolled down, its first row is not in the document.
  if (from === -1 && Number(row?.dataset.row ?? 0) > 0) {
    scrollTo(0, 0);
    return void requestAnimationFrame(() => requestAnimationFrame(() => moveFocus(step)));
  }
  last = row;
  (row?.querySelector<HTMLElement>('td a, a.button') ?? row)?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: 'nearest' });
}
