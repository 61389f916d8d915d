import { invalidAttributeName, invalidAttributeValue, outOfRange, unsupported } from './errors.ts';

export type Attributes = Record<string, string>;

interface Limits {
  min: number;
  max: number;
  default: number;
}

const NUMBERS: Record<string, Limits> = {
  VisibilityTimeout: { min: 0, max: 43_200, default: 30 },
  DelaySeconds: { min: 0, max: 900, default: 0 },
  MaximumMessageSize: { min: 1024, max: 1_048_576, default: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, default: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, default: 0 },
};

/** Attributes that are stored and shown, and have no effect in the emulator. */
const INERT = new Set([
  'Policy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
]);
const READ_ONLY = new Set([
  'QueueArn',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
]);

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

/** The value of a numeric attribute, set or default. */
export function numberOf(attributes: Attributes, name: keyof typeof NUMBERS & string): number {
  return Number(attributes[name] ?? NUMBERS[name]?.default);
}

export function redrivePolicyOf(attributes: Attributes): RedrivePolicy | undefined {
  if (!attributes.RedrivePolicy) return undefined;
  const policy = JSON.parse(attributes.RedrivePolicy) as RedrivePolicy;
  return { ...policy, maxReceiveCount: Number(policy.maxReceiveCount) };
}

/** Attributes after a change, checked; an empty policy is removed. */
export function changeAttributes(
  current: Attributes,
  changes: Attributes,
  queueExists: (arn: string) => boolean,
): Attributes {
  const changed = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    checkAttribute(name, value, queueExists);
    if (value === '') delete changed[name];
    else changed[name] = String(value);
  }
  return changed;
}

function checkAttribute(name: string, value: string, queueExists: (arn: string) => boolean): void {
  if (name === 'FifoQueue') throw unsupported('The local emulator has standard queues only, no FIFO queues.');
  const limits = NUMBERS[name];
  if (limits) {
    if (!/^\d+$/.test(value) || Number(value) < limits.min || Number(value) > limits.max)
      throw invalidAttributeValue(name);
  } else if (name === 'RedrivePolicy') {
    if (value !== '') checkRedrivePolicy(value, queueExists);
  } else if (!INERT.has(name)) throw invalidAttributeName(name);
}

function checkRedrivePolicy(value: string, queueExists: (arn: string) => boolean): void {
  let policy: Partial<RedrivePolicy>;
  try {
    policy = JSON.parse(value) as Partial<RedrivePolicy>;
  } catch {
    throw invalidAttributeValue('RedrivePolicy');
  }
  const count = Number(policy.maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw outOfRange('RedrivePolicy', value, 'maxReceiveCount must be between 1 and 1000');
  if (!policy.deadLetterTargetArn || !queueExists(policy.deadLetterTargetArn))
    throw outOfRange('RedrivePolicy', value, 'Dead letter target does not exist');
}

/** A queue's attributes, as asked for: set, default or counted. */
export function describeAttributes(set: Attributes, counted: () => Attributes, wanted: string[] = []): Attributes {
  if (wanted.length === 0) return {};
  const defaults = Object.entries(NUMBERS).map(([name, limits]) => [name, String(limits.default)]);
  const all: Attributes = { ...Object.fromEntries(defaults), SqsManagedSseEnabled: 'true', ...set, ...counted() };
  if (wanted.includes('All')) return all;
  const unknown = wanted.find((name) => !(name in NUMBERS || INERT.has(name) || READ_ONLY.has(name) || name in all));
  if (unknown && unknown !== 'RedrivePolicy') throw invalidAttributeName(unknown);
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
}
