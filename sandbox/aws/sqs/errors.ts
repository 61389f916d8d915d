import { AwsError } from '../aws-error.ts';

const OLD = 'AWS.SimpleQueueService';

/** An error as SQS answers it: by its name in the JSON protocol, and the code in older clients and batch entries. */
const sqsError = (name: string, message: string, code = name, status = 400): AwsError =>
  new AwsError(`com.amazonaws.sqs#${name}`, message, { status, queryCode: code });

/** An error that is common to all of AWS. */
const coralError = (name: string, message: string, queryCode: string): AwsError =>
  new AwsError(`com.amazon.coral.service#${name}Exception`, message, { queryCode });

export const queueDoesNotExist = (): AwsError =>
  sqsError('QueueDoesNotExist', 'The specified queue does not exist.', `${OLD}.NonExistentQueue`);

export const queueNameExists = (attribute: string): AwsError =>
  sqsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
    'QueueAlreadyExists',
  );

export const invalidParameter = (message: string): AwsError =>
  coralError('InvalidParameterValue', message, 'InvalidParameterValue');

export const outOfRange = (name: string, value: unknown, reason: string): AwsError =>
  invalidParameter(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}.`);

export const missingParameter = (name: string): AwsError =>
  coralError('MissingRequiredParameter', `The request must contain the parameter ${name}.`, 'MissingParameter');

export const invalidAttributeValue = (name: string): AwsError =>
  sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);

export const invalidAttributeName = (name: string): AwsError =>
  sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);

export const invalidMessageContents = (): AwsError =>
  sqsError(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  );

export const invalidReceiptHandle = (handle: unknown): AwsError =>
  sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);

export const messageNotInFlight = (handle: string): AwsError =>
  sqsError(
    'MessageNotInflight',
    `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    `${OLD}.MessageNotInflight`,
  );

export const batchError = (name: string, message: string): AwsError => sqsError(name, message, `${OLD}.${name}`);

export const resourceNotFound = (message: string): AwsError =>
  sqsError('ResourceNotFoundException', message, 'ResourceNotFoundException', 404);

export const unsupported = (message: string): AwsError =>
  sqsError('UnsupportedOperation', message, `${OLD}.UnsupportedOperation`);
