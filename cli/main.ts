import { CommanderError } from 'commander';
import { CliError, EXIT } from './errors.ts';
import { oneLine } from './format.ts';
import { createProgram } from './program.ts';

/** Runs the command that the process was started with; leaves its exit code with the process. */
export async function main(): Promise<void> {
  // A reader that has seen enough, such as head, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says in one line what went wrong, unless commander has; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const { message, name } = error as Error;
  console.error(`longshore: ${oneLine(message || name)}`);
  return error instanceof CliError ? error.exitCode : EXIT.failed;
}
