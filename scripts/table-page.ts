#!/usr/bin/env node
// Writes docs/table.md from the item declarations, so that whoever looks into the table can understand it.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as items from '#lib/platform/table/items';

type Text = (of: Record<string, string>) => string;
interface Place {
  index: string;
  isSharded: boolean;
  partition: Text;
  sort: Text;
}
interface Kind {
  key: (of: Record<string, string>) => { pk: string; sk: string };
  keepDays?: number;
  visible?: readonly string[];
  [place: string]: unknown;
}

const DECLARATIONS = 'lib/platform/table/items.ts';
const PAGE = 'docs/table.md';

/** Each member is its own name in braces, so that a key shows as its pattern. */
const anything = new Proxy<Record<string, string>>({}, { get: (_, name) => `{${String(name)}}` });

const placesOf = (kind: Kind): Array<[string, Place]> =>
  Object.entries(kind).filter(
    (entry): entry is [string, Place] => typeof entry[1] === 'object' && entry[1] !== null && 'index' in entry[1],
  );

/** A kind's patterns: of its key, then of its places in the indexes. `*`: spread over several partitions. */
export function patternsOf(kind: Kind): string[] {
  const { pk, sk } = kind.key(anything);
  return [
    `${pk} ${sk}`,
    ...placesOf(kind).map(
      ([, { index, isSharded, partition, sort }]) =>
        `${index} ${partition(anything)}${isSharded ? '*' : ''} ${sort(anything)}`,
    ),
  ];
}

export const kinds = Object.entries(items) as unknown as Array<[string, Kind]>;

/** The comment above each declaration. */
function commentsIn(source: string): Map<string, string> {
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+)/g);
  return new Map(Array.from(found, ([, words = '', name = '']) => [name, words.replace(/\s*\n \*\s?/g, ' ').trim()]));
}

/** The folders that use a kind of item. */
function usersOf(name: string, sources: ReadonlyMap<string, string>): string[] {
  const named = new RegExp(
    `\\bitems\\.${name}\\b|import \\{[^}]*\\b${name}\\b[^}]*\\} from '#lib/platform/table/items'`,
  );
  const users = [...sources].filter(([, text]) => named.test(text)).map(([path]) => dirname(path));
  return [...new Set(users)];
}

function sectionOf([name, kind]: [string, Kind], words: string, users: readonly string[]): string {
  const { pk, sk } = kind.key(anything);
  const rows = [
    ['key', `\`${pk}\`, \`${sk}\``],
    ...placesOf(kind).map(([place, { index, isSharded, partition, sort }]) => [
      `in \`${index}\`${place === index ? '' : `, ${place}`}`,
      `\`${partition(anything)}\`${isSharded ? ', `#1` … `#7`' : ''}: \`${sort(anything)}\``,
    ]),
    [
      'kept',
      kind.keepDays === undefined
        ? 'until its own `expiresAt`, or until it is replaced or removed'
        : `${kind.keepDays} days`,
    ],
    ...(kind.visible ? [['packed', `all but ${kind.visible.map((member) => `\`${member}\``).join(', ')}`]] : []),
    ['used by', users.map((path) => `\`${path}\``).join(', ')],
  ];
  return `## ${name}\n\n${words}\n\n| | |\n| --- | --- |\n${rows.map(([what, how]) => `| ${what} | ${how} |`).join('\n')}\n`;
}

/** The page as it should be in docs/. */
export function writeTablePage(): string {
  const files = globSync('lib/**/*.ts').filter((path) => !path.endsWith('.test.ts') && path !== DECLARATIONS);
  const sources = new Map(files.sort().map((path) => [path, readFileSync(path, 'utf8')]));
  const comments = [...commentsIn(readFileSync(DECLARATIONS, 'utf8'))];
  const declared = comments.flatMap(([name, words]) => {
    const kind = kinds.find(([each]) => each === name);
    return kind ? [{ kind, words }] : [];
  });
  const overview = declared.map(({ kind: [name, { key }] }) => {
    const { pk, sk } = key(anything);
    return `| \`${pk}\` | \`${sk}\` | [${name}](#${name.toLowerCase()}) |`;
  });
  const sections = declared.map(({ kind, words }) => sectionOf(kind, words, usersOf(kind[0], sources)));
  return `# What is in the table

Made by \`npm run docs:table\` from [lib/platform/table/items.ts](../${DECLARATIONS}), which declares every kind of item.

There is one table with the keys \`pk\` and \`sk\` and two indexes that hold keys only: \`byTime\` (\`timePk\`, \`timeSk\`) lists
everything of one kind and connection, \`byState\` (\`statePk\`, \`stateSk\`) only what needs attention. \`#1\` … \`#7\`: such
a partition is spread over eight, by the id of the item; the first has the plain name. Members of a packed item stand in its
one attribute \`packed\` (JSON, compressed); its keys and what is named here can be read beside it. An item that is not kept for
ever goes by its \`expiresAt\`.

| \`pk\` | \`sk\` | item |
| --- | --- | --- |
${overview.join('\n')}

${sections.join('\n')}`;
}

if (import.meta.main) writeFileSync(PAGE, writeTablePage());
