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
