interface TooLarge {
  name?: string;
  message?: string;
  CancellationReasons?: Array<{ Code?: string; Message?: string }>;
}

/** Whether a write holds an item above DynamoDB's 400 KB, alone or in a transaction; nothing of it was written. */
export function isTooLarge(error: unknown): boolean {
  const { name, message = '', CancellationReasons = [] } = error as TooLarge;
  const reasons = [
    ...(name === 'ValidationException' ? [message] : []),
    ...CancellationReasons.filter(({ Code }) => Code === 'ValidationError').map(({ Message }) => Message ?? ''),
  ];
  return reasons.some((reason) => /item size/i.test(reason));
}
