import { Argument } from 'commander';
import type { Command } from '../command.ts';
import { renderBash, renderZsh } from '../completion.ts';

/** `longshore completion`: a script for the shell. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .examples('completion bash > ~/.local/share/bash-completion/completions/longshore')
    .action((shell: string) => console.log(shell === 'bash' ? renderBash(program) : renderZsh(program)));
}
