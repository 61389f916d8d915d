interface TooLarge {
  name?: string;
  message?: string;
  CancellationReasons?: Array<{ Code?: string; Message?: string }>;
}

/** Whether an item in a write, alone or in a transaction, is over DynamoDB's 400 KB; nothing was written then. */
export function isTooLarge(error: unknown): boolean {
  const { name, message = '', CancellationReasons = [] } = error as TooLarge;
  const reasons = [
    ...(name === 'ValidationException' ? [message] : []),
    ...CancellationReasons.filter(({ Code }) => Code === 'ValidationError').map(({ Message }) => Message ?? ''),
  ];
  return reasons.some((reason) => /item size/i.test(reason));
}
