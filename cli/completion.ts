import { Argument, type Command as Commander, type Option } from 'commander';
import type { Command } from './command.ts';

interface Position {
  /** The command's words, such as `deliveries list`; empty at the top. */
  path: string;
  words: string[];
  /** The values of each option; under an empty name, those of arguments. */
  values: Array<{ after: string; words: string[] }>;
}

/** Every command with what may follow it. */
function listPlaces(command: Commander, path: readonly string[], globals: readonly Option[]): Position[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  const options = [...new Set([...help.visibleOptions(command), ...globals])];
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const place = {
    path: path.join(' '),
    words: [
      ...commands.map((each) => each.name()),
      ...choices,
      ...new Set(options.map(({ long }) => long ?? '').filter(Boolean)),
    ],
    values: options.flatMap(({ long, argChoices }) => (long && argChoices ? [{ after: long, words: argChoices }] : [])),
  };
  return [place, ...commands.flatMap((each) => listPlaces(each, [...path, each.name()], globals))];
}

/** The `case` that sets `candidates` by the place of the cursor; the same for both shells. */
function renderCases(program: Command): string {
  const places = listPlaces(program, [], program.options);
  const values = places.flatMap(({ path, values: all }) =>
    all.map(({ after, words }) => `    "${path}|${after}") candidates="${words.join(' ')}" ;;`),
  );
  const words = places.map(({ path, words: all }) => `      "${path}") candidates="${all.join(' ')}" ;;`);
  return `  case "$place|$previous" in
${values.join('\n')}
    *) case "$place" in
${words.join('\n')}
    esac ;;
  esac`;
}

const paths = (program: Command): string =>
  listPlaces(program, [], [])
    .flatMap(({ path }) => (path ? [`"${path}"`] : []))
    .join('|');

/** The loop that finds the command before the cursor; it skips options, ids and the like. */
const walk = (program: Command, words: string): string => `  for word in ${words}; do
    case "\${place:+$place }$word" in
      ${paths(program)}) place="\${place:+$place }$word" ;;
    esac
  done`;

export const renderBash = (program: Command): string => `# longshore completion for bash
_longshore() {
  local place="" word candidates="" current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
${walk(program, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
${renderCases(program)}
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _longshore longshore`;

export const renderZsh = (program: Command): string => `#compdef longshore
_longshore() {
  local place="" word candidates="" previous="\${words[CURRENT-1]}"
${walk(program, `"\${(@)words[2,CURRENT-1]}"`)}
${renderCases(program)}
  compadd -- \${=candidates} || _files
}
if [ "\${funcstack[1]}" = "_longshore" ]; then _longshore "$@"; else compdef _longshore longshore; fi`;

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .examples('completion bash > ~/.local/share/bash-completion/completions/longshore')
    .action((shell: string) => console.log(shell === 'bash' ? renderBash(program) : renderZsh(program)));
}
