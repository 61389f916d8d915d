/** A 4xx answer in the shape of the AWS JSON protocols: `__type`, `message` and what the error adds. */
export class AwsError extends Error {
  readonly status: number;
  readonly type: string;
  readonly details: Record<string, unknown>;
  readonly queryCode: string | undefined;

  constructor(
    type: string,
    message: string,
    options: { status?: number; details?: Record<string, unknown>; queryCode?: string } = {},
  ) {
    super(message);
    this.name = 'AwsError';
    this.type = type;
    this.status = options.status ?? 400;
    this.details = options.details ?? {};
    this.queryCode = options.queryCode;
  }

  get body(): Record<string, unknown> {
    return { __type: this.type, message: this.message, ...this.details };
  }
}

/** The name after the `#` of a `__type`. */
export const shortName = (type: unknown): string => String(type).split('#').at(-1) ?? '';

/** DynamoDB's refusal of a request that it cannot read. */
export function validationError(message: string): AwsError {
  return new AwsError('com.amazon.coral.validate#ValidationException', message);
}
