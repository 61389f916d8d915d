import { useLayoutEffect } from 'preact/hooks';

/** `false`: it is not for this one, the next may have it. */
type Keys = Readonly<Record<string, () => unknown>>;

/** What keys do, the newest first: a dialog's come before its screen's. */
const layers: Keys[] = [];
const CHORD_MS = 1_500;
let chordUntil = 0;

/** Gives keys a meaning for as long as the component is shown, from the moment it is. `g h` is a chord. */
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
