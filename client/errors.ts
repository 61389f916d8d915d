/** The one error of the client: a refusal of the hub, or a hub that was not reached (`status` 0, `code` `unreachable`). */
export class HubError extends Error {
  readonly status: number;
  /** Stable, snake_case, as the hub's documents list them. */
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

/** What an answer that is no success says, whoever gave it: the hub, or a proxy before it. */
export function toHubError(status: number, body: unknown): HubError {
  const { code, description, field } = (body as { error?: Partial<Record<string, string>> } | undefined)?.error ?? {};
  return new HubError(status, code ?? `http_${status}`, description ?? `the hub answered ${status}`, field);
}
