/** The client's only error: the hub refused, or was not reached (`status` 0, `code` `unreachable`). */
export class HubError extends Error {
  readonly status: number;
  /** Stable, snake_case, as listed in the hub's documents. */
  readonly code: string;
  /** The path of the offending member of the request. */
  readonly field: string | undefined;

  constructor(status: number, code: string, description: string, field?: string, options?: ErrorOptions) {
    super(description, options);
    this.name = 'HubError';
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** The error in an unsuccessful answer, whether the hub's or a proxy's. */
export function toHubError(status: number, body: unknown): HubError {
  const { code, description, field } = (body as { error?: Partial<Record<string, string>> } | undefined)?.error ?? {};
  return new HubError(status, code ?? `http_${status}`, description ?? `the hub answered ${status}`, field);
}
