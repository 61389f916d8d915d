import { createHash } from 'node:crypto';
import { invalidMessageContents, invalidParameter } from './errors.ts';

/** A message attribute on the wire: a binary value is base64. */
interface MessageAttribute {
  DataType?: string;
  StringValue?: string;
  BinaryValue?: string;
}

export type MessageAttributes = Record<string, MessageAttribute>;

const ATTRIBUTE_LIMIT = 10;
const ALLOWED = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export function refuseForbiddenCharacters(text: string): void {
  if (!ALLOWED.test(text)) throw invalidMessageContents();
}

/** Digest of name, type and value, sorted by name, as the SQS developer guide defines it and the SDK checks it. */
export function md5OfAttributes(attributes: MessageAttributes | undefined): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (!attributes || names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = '', StringValue = '', BinaryValue } = attributes[name] ?? {};
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Buffer.of(DataType.startsWith('Binary') ? 2 : 1));
    add(BinaryValue === undefined ? Buffer.from(StringValue) : Buffer.from(BinaryValue, 'base64'));
  }
  return hash.digest('hex');
}

/** Checks the attributes of one message and returns their size in bytes. */
export function checkAttributes(attributes: MessageAttributes = {}): number {
  const entries = Object.entries(attributes);
  if (entries.length > ATTRIBUTE_LIMIT)
    throw invalidParameter(`Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`);
  let size = 0;
  for (const [name, { DataType = '', StringValue, BinaryValue }] of entries) {
    if (!/^(String|Number|Binary)(\.|$)/.test(DataType))
      throw invalidParameter(`The message attribute '${name}' must contain non-empty message attribute type.`);
    const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
    if (!value)
      throw invalidParameter(`The message attribute '${name}' must contain a non-empty value of type ${DataType}.`);
    if (StringValue) refuseForbiddenCharacters(StringValue);
    const bytes = BinaryValue ? Buffer.byteLength(BinaryValue, 'base64') : Buffer.byteLength(value);
    size += Buffer.byteLength(name) + DataType.length + bytes;
  }
  return size;
}

/** The attributes a receiver asked for: by name, by `prefix.*`, or all. */
export function pickAttributes(attributes: MessageAttributes, wanted: string[] = []): MessageAttributes {
  const all = wanted.includes('All') || wanted.includes('.*');
  const prefixes = wanted.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2));
  const entries = Object.entries(attributes).filter(
    ([name]) => all || wanted.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  return Object.fromEntries(entries);
}
