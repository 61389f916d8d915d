import { AwsError } from '../aws-error.ts';

/** An error as SQS answers it: the JSON protocol's type, and the code that older clients and batch entries carry. */
function sqsError(type: string, code: string, message: string, status = 400): AwsError {
  return new AwsError(type, message, { status, queryCode: code });
}

export function queueDoesNotExist(): AwsError {
  const code = 'AWS.SimpleQueueService.NonExistentQueue';
  return sqsError('com.amazonaws.sqs#QueueDoesNotExist', code, 'The specified queue does not exist.');
}

export function queueNameExists(attribute: string): AwsError {
  return sqsError(
    'com.amazonaws.sqs#QueueNameExists',
    'QueueAlreadyExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );
}

export function invalidParameter(message: string): AwsError {
  return sqsError('com.amazon.coral.service#InvalidParameterValueException', 'InvalidParameterValue', message);
}

export function outOfRange(name: string, value: unknown, reason: string): AwsError {
  return invalidParameter(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}.`);
}

export function missingParameter(name: string): AwsError {
  const message = `The request must contain the parameter ${name}.`;
  return sqsError('com.amazon.coral.service#MissingRequiredParameterException', 'MissingParameter', message);
}

export function invalidAttributeValue(name: string): AwsError {
  const message = `Invalid value for the parameter ${name}.`;
  return sqsError('com.amazonaws.sqs#InvalidAttributeValue', 'InvalidAttributeValue', message);
}

export function invalidAttributeName(name: string): AwsError {
  return sqsError('com.amazonaws.sqs#InvalidAttributeName', 'InvalidAttributeName', `Unknown Attribute ${name}.`);
}

export function invalidMessageContents(): AwsError {
  const message = 'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | ';
  return sqsError(
    'com.amazonaws.sqs#InvalidMessageContents',
    'InvalidMessageContents',
    `${message}#xE000 to #xFFFD | #x10000 to #x10FFFF`,
  );
}

export function invalidReceiptHandle(handle: unknown): AwsError {
  const message = `The input receipt handle "${handle}" is not a valid receipt handle.`;
  return sqsError('com.amazonaws.sqs#ReceiptHandleIsInvalid', 'ReceiptHandleIsInvalid', message);
}

export function messageNotInFlight(handle: string): AwsError {
  return sqsError(
    'com.amazonaws.sqs#MessageNotInflight',
    'AWS.SimpleQueueService.MessageNotInflight',
    `Value ${handle} for parameter ReceiptHandle is invalid. ` +
      'Reason: Message does not exist or is not available for visibility timeout change.',
  );
}

export function batchError(name: string, message: string): AwsError {
  return sqsError(`com.amazonaws.sqs#${name}`, `AWS.SimpleQueueService.${name}`, message);
}

export function resourceNotFound(message: string): AwsError {
  return sqsError('com.amazonaws.sqs#ResourceNotFoundException', 'ResourceNotFoundException', message, 404);
}

export function unsupported(message: string): AwsError {
  const code = 'AWS.SimpleQueueService.UnsupportedOperation';
  return sqsError('com.amazonaws.sqs#UnsupportedOperation', code, message);
}
