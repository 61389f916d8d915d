import { CommanderError } from 'commander';
import { CliError, EXIT } from './errors.ts';
import { oneLine } from './format.ts';
import { createProgram } from './program.ts';

/** Runs one command and sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Prints in one line what went wrong, unless commander did; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  // The answer lacks something that is read: it is another server's, or of a hub of another version.
  const doubt = error instanceof TypeError ? 'the answer is not what this command expects of a hub, see --url: ' : '';
  const { message, name } = error as Error;
  console.error(`longshore: ${doubt}${oneLine(message || name)}`);
  return error instanceof CliError ? error.exitCode : EXIT.failed;
}
