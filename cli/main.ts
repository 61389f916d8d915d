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
  const { message, name } = error as Error;
  console.error(`longshore: ${oneLine(message || name)}`);
  return error instanceof CliError ? error.exitCode : EXIT.failed;
}
