import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }),
]
  .filter((page) => page.endsWith('.md'))
  .map((page) => (existsSync(join(ROOT, page)) ? page : join('docs', page)));

const FILE =
  /(?<![\w./-])(?:lib|functions|events|stacks|cli|sandbox|test|bench|scripts|docs)\/[\w./-]+\.(?:ts|mjs|json|svg)\b/g;
const LINK = /\]\((?!\w+:|#)([^)#\s]+)/g;

test.each(PAGES)('%s names only files that are there', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const files = [...text.matchAll(FILE)].map(([file]) => file);
  const links = [...text.matchAll(LINK)].map(([, to = '']) => join(dirname(page), to));
  expect([...files, ...links].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the map of lib/orders names each of its files', () => {
  const folder = join(ROOT, 'lib/orders');
  const map = readFileSync(join(folder, 'README.md'), 'utf8');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  expect(files.filter((name) => !map.includes(`\`${name}\``))).toEqual([]);
});

const NAMED = /\[([^\]]+)\]\(\.\.\/([^)]+\.ts)\)/g;

test('docs/practice.md names only tests that are there', () => {
  const named = [...readFileSync(join(ROOT, 'docs/practice.md'), 'utf8').matchAll(NAMED)];
  const gone = named.filter(([, name = '', file = '']) => !readFileSync(join(ROOT, file), 'utf8').includes(name));
  expect(named.length).toBeGreaterThan(40);
  expect(gone.map(([link]) => link)).toEqual([]);
});
