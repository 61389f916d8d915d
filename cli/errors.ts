/** How a command ended, for scripts; docs/cli.md lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3, interrupted: 130 } as const;

/** Ends a command with one line on stderr. */
export class CliError extends Error {
  readonly exitCode: number;
  /** The hub's error code, if the hub refused. */
  readonly code: string | undefined;

  constructor(message: string, exitCode: number = EXIT.failed, code?: string) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = code;
  }
}

export const usageError = (message: string): CliError => new CliError(message, EXIT.usage);

/** Nothing was done: `--yes` is missing, or the hub refuses it in the present state. */
export const refusal = (message: string): CliError => new CliError(message, EXIT.refused);
