import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { renderBash, renderZsh } from './completion.ts';
import { createProgram } from './program.ts';

function leaves(command: Command, path: readonly string[] = []): Array<{ path: string; command: Command }> {
  if (command.commands.length === 0) return [{ path: path.join(' '), command }];
  return command.commands.flatMap((each) => leaves(each, [...path, each.name()]));
}

const all = leaves(createProgram());

test.each(all)('$path has examples in its help', ({ path, command }) => {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  expect(help).toContain(`Examples:\n  longshore ${path}`);
});

test('both shells complete every command', () => {
  for (const script of [renderBash(createProgram()), renderZsh(createProgram())])
    for (const { path } of all) expect(script).toContain(`"${path}")`);
});

/** Commands in the pages: on a line of their own, after a prompt, or between backticks. */
const told = ['operate.md', 'cli.md', 'deploy.md'].flatMap((file) => {
  const page = readFileSync(join(import.meta.dirname, '../docs', file), 'utf8');
  return [
    ...page.matchAll(/(?:(?:`|^(?:\$ )?)longshore|^npm run longshore --) ([a-z][^`|\n]*(?:\n[^`\n]+(?=`))?)/gm),
  ].map(([, words = '']) => ({ file, words: words.replace(/\s+/g, ' ').trim() }));
});

test('the pages tell many commands', () => expect(told.length).toBeGreaterThan(15));

test.each(told)('$file: longshore $words is a command with these options', ({ words }) => {
  const found = all.find(({ path }) => `${words} `.startsWith(`${path} `));
  expect(found).toBeDefined();
  const program = createProgram();
  const known = [...(found?.command.options ?? []), ...program.options].map(({ long }) => long);
  for (const [option] of words.matchAll(/(?<= )--[a-z-]+/g)) expect([...known, '--help']).toContain(option);
});

test('doctor does not call well a deployment whose file is not there', async () => {
  const run = createProgram().parseAsync(['doctor', '--outputs', '/nowhere/outputs.json'], { from: 'user' });
  await expect(run).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('/nowhere/outputs.json') });
});

test.each([
  [2, 'give --scopes', ['keys', 'create', 'erp']],
  [2, "a key's name", ['keys', 'create', 'ERP', '--scopes', 'ops']],
  [3, 'hub is who the audit names', ['keys', 'create', 'hub', '--scopes', 'ops']],
  [2, 'https URL', ['endpoints', 'add', 'erp', '--to', 'ftp://erp.example.com']],
  [2, '/nowhere.json: no such file', ['connections', 'check', '/nowhere.json']],
  [2, 'package.json: connections', ['connections', 'check', 'package.json']],
  [3, '--yes', ['endpoints', 'remove', 'erp']],
  [3, '--yes', ['consumers', 'delete', 'erp', '--url', 'https://hub.invalid']],
  [3, '--yes', ['secrets', 'retire-previous', 'scopio']],
  [3, '--yes', ['ucp', 'rotate-key', '--leaked']],
])(
  'with code %i and "%s" it is said what is wrong with the words of %j before anything is opened',
  async (exitCode, words, args) => {
    const message = expect.stringContaining(words);
    await expect(createProgram().parseAsync(args, { from: 'user' })).rejects.toMatchObject({ exitCode, message });
  },
);
