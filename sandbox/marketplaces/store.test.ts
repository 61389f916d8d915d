import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from './store.ts';

const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'store-')), 'deeper', 'state.jsonl');

describe('a store', () => {
  it('knows after a restart what was put, replaced and removed, in its order', () => {
    const file = newFile();
    const first = openStore(file);
    const fruits = first.collection<string>('fruits');
    fruits.put('a', 'apple');
    fruits.put('b', 'banana');
    fruits.put('a', 'apricot');
    fruits.put('c', 'cherry');
    fruits.remove('b');
    // Not closed: a kill -9 would not close it either.
    expect(openStore(file).collection<string>('fruits').list()).toEqual(['apricot', 'cherry']);
  });

  it('never gives a number twice', () => {
    const file = newFile();
    const first = openStore(file);
    expect([first.next('order', 5021), first.next('order', 5021)]).toEqual([5021, 5022]);
    expect(openStore(file).next('order', 5021)).toBe(5023);
  });

  it('forgets a line that was written in part', () => {
    const file = newFile();
    openStore(file).collection<number>('numbers').put('one', 1);
    appendFileSync(file, '{"in":"numbers","id":"two","va');
    const again = openStore(file);
    expect(again.collection<number>('numbers').list()).toEqual([1]);
    again.collection<number>('numbers').put('three', 3);
    expect(openStore(file).collection<number>('numbers').list()).toEqual([1, 3]);
  });

  it('drops superseded lines when it opens', () => {
    const file = newFile();
    const numbers = openStore(file).collection<number>('numbers');
    for (let value = 0; value < 50; value += 1) numbers.put('same', value);
    openStore(file).close();
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('holds everything in memory where no file is named', () => {
    const store = openStore();
    store.collection<number>('numbers').put('one', 1);
    store.clear();
    expect(store.collection<number>('numbers').list()).toEqual([]);
  });
});
