import { CommanderError } from 'commander';
import { CliError, EXIT } from './errors.ts';
import { oneLine } from './format.ts';
import { createProgram } from './program.ts';

/** Runs one command; leaves its exit code with the process. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says in one line what went wrong, unless commander has; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  // An answer lacks what is read of it: another server's, or that of a hub of another version.
  const doubt = error instanceof TypeError ? 'the answer is not what this command expects of a hub, see --url: ' : '';
  const { message, name } = error as Error;
  console.error(`longshore: ${doubt}${oneLine(message || name)}`);
  return error instanceof CliError ? error.exitCode : EXIT.failed;
}
