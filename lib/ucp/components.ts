import {
  type BareItem,
  type Dictionary,
  type InnerList,
  type Item,
  parseDictionary,
  parseItem,
  serializeByteSequence,
  serializeDictionary,
  serializeInnerList,
  serializeItem,
} from 'structured-headers';
import { UcpRefusal } from './refusal.ts';

/** A request as HTTP Message Signatures (RFC 9421) see it; header names in lower case. */
export interface SignedMessage {
  method: string;
  /** In lower case, without its colon. */
  scheme: string;
  /** Host, with its port unless it is the scheme's own. */
  authority: string;
  /** As it was sent, percent-encoded. */
  path: string;
  /** With its `?`; empty where there is none. */
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
}

/** What a signature covers: identifiers of components, then the signature's own parameters. */
export type Covered = InnerList;

export function signatureBase(message: SignedMessage, covered: Covered): Buffer {
  const lines = covered[0].map((component) => `${serializeItem(component)}: ${componentValue(message, component)}`);
  return Buffer.from([...lines, `"@signature-params": ${serializeInnerList(covered)}`].join('\n'));
}

/** A component is the same whatever the order of its parameters, and must not occur twice (RFC 9421, 2.5). */
export const isRepeated = (components: readonly Item[]): boolean =>
  new Set(components.map(([name, params]) => serializeItem([name, new Map([...params].sort())]))).size <
  components.length;

const refuse = (content: string): never => {
  throw new UcpRefusal(401, 'signature_invalid', content);
};

/** The value of a component (RFC 9421, 2.1 and 2.2). Throws UcpRefusal for one that a request cannot have. */
function componentValue(message: SignedMessage, component: Item): string {
  const [name, params] = component;
  const [param] = [...params.keys()];
  const said = serializeItem(component);
  if (name === '@query-param') return queryParam(message.query, params.get('name'), said);
  if (!String(name).startsWith('@')) return fieldOf(message.headers, component, said);
  const { method, scheme, authority, path, query } = message;
  const derived: Record<string, string> = {
    ...{ '@method': method, '@scheme': scheme, '@authority': authority, '@path': path, '@query': query || '?' },
    '@request-target': path + query,
    '@target-uri': `${scheme}://${authority}${path}${query}`,
  };
  return (param === undefined && derived[String(name)]) || refuse(`a request has no ${said}`);
}

/** Headers that are signed by their structure (`;sf`), which has to be known: dictionaries and items. */
const DICTIONARIES = new Set(['ucp-agent', 'content-digest', 'signature', 'signature-input']);
const ITEMS = new Set(['content-type', 'idempotency-key']);
const FIELD_PARAMS = new Set(['sf', 'key', 'bs']);

function fieldOf(headers: SignedMessage['headers'], [name, params]: Item, said: string): string {
  const sent = Object.hasOwn(headers, String(name)) ? headers[String(name)]?.trim() : undefined;
  if (sent === undefined) throw new UcpRefusal(401, 'signature_missing', `${said} is signed and was not sent`);
  if (params.size === 0) return sent;
  const [param = ''] = params.keys();
  if (params.size > 1 || !FIELD_PARAMS.has(param)) refuse(`${said} is no component of a request`);
  // Lines of one name arrive joined: a sender of several signed something else.
  if (param === 'bs') return serializeByteSequence(Buffer.from(sent, 'latin1'));
  try {
    if (param === 'key') return memberOf(parseDictionary(sent), params.get('key')) ?? refuse(`there is no ${said}`);
    if (DICTIONARIES.has(String(name))) return serializeDictionary(parseDictionary(sent));
    if (ITEMS.has(String(name))) return serializeItem(parseItem(sent));
  } catch (error) {
    if (error instanceof UcpRefusal) throw error;
    refuse(`${said} has not the structure that it is signed by (RFC 8941)`);
  }
  return refuse(`the structure of ${said} is not known: sign it without sf`);
}

function memberOf(dictionary: Dictionary, key: BareItem | undefined): string | undefined {
  const member = dictionary.get(String(key));
  if (member === undefined) return undefined;
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member);
}

export const isInnerList = (member: Item | InnerList): member is InnerList => Array.isArray(member[0]);

/** A query parameter, decoded like a form's and encoded again (RFC 9421, 2.2.8). */
function queryParam(query: string, name: BareItem | undefined, said: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  const [value, ...more] = [...new URLSearchParams(query)].filter(([each]) => encode(each) === name);
  if (!value) throw new UcpRefusal(401, 'signature_missing', `${said} is signed and was not sent`);
  if (more.length > 0) refuse(`${said} is there more than once: sign @query`);
  return encode(value[1]);
}
