import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })]
  .filter((path) => path.endsWith('.md'))
  .map((path) => (path === 'README.md' ? path : join('docs', path)));

/** Every `longshore …` in a page's blocks or between backticks, up to where shell syntax begins. */
function commandsIn(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll('\\\n', ' ');
  const blocks = [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].flatMap(([, block = '']) => block.split(/\n|;|&&/));
  const inline = [...text.matchAll(/`(longshore [^`]+)`/g)].map(([, command = '']) => command.replaceAll('\n', ' '));
  return [...blocks, ...inline].flatMap((line) => {
    const [, command] =
      /(?:^\s*|\$\()(?:\$ )?(?:npm run (?:-s )?longshore -- |longshore )([a-z][^#|<>)]*.*)$/.exec(line) ?? [];
    return command && !/^\(\)/.test(command)
      ? [
          command
            .replace(/ (#|\||>|2>).*$/, '')
            .replace(/\)$/, '')
            .trim(),
        ]
      : [];
  });
}

const WORD = /"[^"]*"|'[^']*'|\{[^}]*\}|\S+/g;

/** What is wrong with it; undefined if the command and its options exist. */
function objection(text: string): string | undefined {
  const words = text.match(WORD) ?? [];
  let command: Command = createProgram();
  while (words[0] !== undefined) {
    const next = command.commands.find((each) => each.name() === words[0]);
    if (!next) break;
    command = next;
    words.shift();
  }
  if (command.commands.length > 0 && words[0] !== '…')
    return `there is no ${command.name()} ${words[0] ?? '(nothing)'}`;
  const program = createProgram();
  const known = [...command.options, ...program.options].flatMap(({ long, short }) => [long, short]);
  const unknown = words.find((word) => /^--?[a-z]/.test(word) && !known.includes(word.replace(/=.*/, '')));
  return unknown && `${command.name()} has no ${unknown}`;
}

test.each(PAGES)('every command that %s tells of is there', (page) => {
  expect(
    commandsIn(page)
      .map((text) => [text, objection(text)])
      .filter(([, wrong]) => wrong),
  ).toEqual([]);
});

test('deploy.md tells of commands, and one that is not there is found', () => {
  expect(commandsIn('docs/deploy.md').length).toBeGreaterThan(20);
  expect(objection('connections list --outputz x')).toBe('list has no --outputz');
  expect(objection('orders find')).toBe('there is no orders find');
});

test('operate.md says of every cause that holds a delivery up what heals it', () => {
  const table = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8').split(/^## /m);
  const healed = table.find((section) => section.startsWith('Blocked, and what heals it')) ?? '';
  const causes = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap((path) =>
      readFileSync(join(ROOT, 'lib', path), 'utf8')
        .split(/new BlockedError\(|throw blocked\(|const cause = /)
        .slice(1),
    )
    .flatMap((thrown) => /^\s*(?:\{\s*code: )?'(\w+)'/.exec(thrown)?.[1] ?? []);
  expect(causes.length).toBeGreaterThan(10);
  expect(causes.filter((cause) => !healed.includes(`\`${cause}\``))).toEqual([]);
});
