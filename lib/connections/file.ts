import { isDeepStrictEqual } from 'node:util';
import { isCurrency } from '#lib/platform/money';
import * as z from '#lib/platform/zod';
import { type Connection, channelOf, ERP, type Route, type Secrets } from './connection.ts';
import { Match } from './connection-schema.ts';
import { EndpointEntry, type FileEndpoint, isTaken, Name, objectionToEndpoint, readEndpoint } from './endpoint-file.ts';
import { MIN_SECRET_LENGTH, objectionToSecret, objectionToUrl } from './plausible.ts';
import { isSource } from './sources.ts';

/** A connections file that cannot be used; the message names the connection and the key. */
export class ConnectionsFileError extends Error {
  override readonly name: string = 'ConnectionsFileError';
}

/** Throws ConnectionsFileError if there is an objection to a member of a connection or an endpoint. */
export function refuseIf(
  objection: string | undefined,
  what: 'connection' | 'endpoint',
  id: string,
  path: string,
): void {
  if (objection) throw new ConnectionsFileError(`${what} "${id}": ${path}: ${objection}`);
}

export interface FileConnection {
  connection: Connection;
  secrets: Secrets;
  /** Settings that verify webhooks: they are kept with the secrets, not with the other settings. */
  webhookSettings: Record<string, string>;
  allowedSources?: string[];
}

export interface ConnectionsFile {
  connections: FileConnection[];
  routes: Route[];
  /** Absent where the file has no `endpoints`: the hub keeps those it has. */
  endpoints?: FileEndpoint[];
  /** What works but should be corrected. */
  warnings: string[];
}

/** What a connections file must know of a marketplace. */
export interface FileMarketplace {
  info: {
    title: string;
    sells: boolean;
    webhookSettings: readonly string[];
    secretInUrl?: boolean;
    pollIntervalSeconds: number;
    requestsPerMinute: number;
  };
  /** Strict objects: unknown keys are refused by name. A secret that verifies webhooks has a `previous…` beside it. */
  Secrets: z.ZodMiniType<Record<string, string | undefined>> & { shape?: object };
  Settings: z.ZodMiniType<Record<string, unknown>>;
}

export type LoadMarketplace = (name: string) => Promise<FileMarketplace>;

const Entry = z.strictObject({
  id: Name.check(z.refine((id) => id !== ERP, `must not be "${ERP}", which stands for the seller`)),
  marketplace: z.string(),
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  secrets: z.record(z.string(), z.unknown()),
  settings: z._default(z.record(z.string(), z.unknown()), {}),
  pollIntervalSeconds: z.optional(z.number().check(z.positive(), z.maximum(7 * 24 * 3600))),
  requestsPerMinute: z.optional(z.int().check(z.positive())),
  allowedSources: z.optional(
    z
      .array(
        z.string().check(z.refine(isSource, 'must be an address or a range such as 203.0.113.0/24 or 2001:db8::/32')),
      )
      .check(z.minLength(1, 'must name an address, or be left out')),
  ),
});
type Entry = z.infer<typeof Entry>;

/** Orders have a country's present code of two letters (GB, not UK): a route for another word would never match. */
const isCountry = (code: string): boolean =>
  /^[a-z]{2}$/i.test(code) && new Intl.Locale(`und-${code}`).region === code.toUpperCase();
const country = z.optional(
  z.string().check(z.refine(isCountry, 'must be an ISO 3166-1 code of two letters, such as MX or GB')),
);

const RouteEntry = z.strictObject({
  from: z.string(),
  match: z.optional(z.strictObject({ ...Match.shape, country })),
  to: z.string(),
});

const fileOf = (marketplaces: readonly string[]) =>
  z.strictObject({
    connections: z.array(z.extend(Entry, { marketplace: z.enum(marketplaces as [string, ...string[]]) })),
    routes: z._default(z.array(RouteEntry), []),
    endpoints: z.optional(z.array(EndpointEntry)),
  });

/** Reads and checks a connections file. Throws ConnectionsFileError, which names the first fault. */
export async function parseConnectionsFile(
  text: string,
  marketplaces: readonly string[],
  load: LoadMarketplace,
): Promise<ConnectionsFile> {
  const file = check(fileOf(marketplaces), parseJson(text), (path, input) => {
    const [first, index, ...rest] = path;
    const nouns: Record<string, string> = { connections: 'connection', endpoints: 'endpoint' };
    const noun = nouns[String(first)];
    const named = (input as Record<string, Array<{ id?: unknown }>>)[String(first)]?.[index as number]?.id;
    return noun && typeof named === 'string' ? [`${noun} "${named}"`, ...rest] : path;
  });
  const connections: FileConnection[] = [];
  const warnings: string[] = [];
  const loaded = new Map<string, FileMarketplace>();
  for (const entry of file.connections) {
    if (connections.some(({ connection }) => connection.id === entry.id))
      throw new ConnectionsFileError(`connection "${entry.id}": the id is used twice`);
    const marketplace = await load(entry.marketplace);
    loaded.set(entry.id, marketplace);
    const read = readEntry(entry, marketplace);
    warnings.push(...checkValues(read, marketplace), ...likenesses(read, connections, loaded));
    connections.push(read);
  }
  checkRoutes(file.routes, loaded);
  const endpoints = file.endpoints && checkEndpoints(file.endpoints.map(readEndpoint), [...loaded.keys()]);
  return { connections, routes: file.routes, ...(endpoints && { endpoints }), warnings };
}

/** Loopback is allowed here: whether the hub is on this machine, the only one it leads to, is known at the put. */
function checkEndpoints(endpoints: FileEndpoint[], connections: readonly string[]): FileEndpoint[] {
  const others = [...connections];
  for (const { id, url } of endpoints.map(({ endpoint }) => endpoint)) {
    if (isTaken(id, others)) refuseIf('is used twice, or by a connection', 'endpoint', id, 'id');
    refuseIf(objectionToEndpoint(url, true), 'endpoint', id, 'url');
    others.push(id);
  }
  return endpoints;
}

function parseJson(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ConnectionsFileError(`not JSON: ${withoutQuote((error as Error).message, json)}`);
  }
}

/** The engine's message about JSON, with a line number in place of the text it quotes, which may hold a secret. */
function withoutQuote(message: string, json: string): string {
  const [, what, piece = ''] = /^(.*?), (?:\.{3})?"(.*)"(?:\.{3})? is not valid JSON$/s.exec(message) ?? [];
  if (what === undefined) return message;
  // It quotes ten characters before the wrong one.
  return `${what} (line ${json.slice(0, json.indexOf(piece) + 10).split('\n').length})`;
}

function readEntry(entry: Entry, { info, Secrets, Settings }: FileMarketplace): FileConnection {
  const within = (part: string) => (path: PropertyKey[]) => [`connection "${entry.id}"`, part, ...path];
  const secrets = check(Secrets, entry.secrets, within('secrets'));
  const settings = check(Settings, entry.settings, within('settings'));
  const { id, marketplace, baseUrl, allowedSources } = entry;
  const { pollIntervalSeconds = info.pollIntervalSeconds, requestsPerMinute = info.requestsPerMinute } = entry;
  const pick = (wanted: boolean) =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => info.webhookSettings.includes(name) === wanted));
  return {
    connection: { id, marketplace, baseUrl, settings: pick(false), pollIntervalSeconds, requestsPerMinute },
    secrets: Object.fromEntries(
      Object.entries(secrets).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    webhookSettings: pick(true) as Record<string, string>,
    ...(allowedSources && { allowedSources }),
  };
}

/** Refuses values that no call could succeed with; returns warnings about those that are only unwise. */
function checkValues({ connection, secrets }: FileConnection, { info, Secrets }: FileMarketplace): string[] {
  const { id, baseUrl, settings } = connection;
  const isVerifying = (name: string): boolean =>
    name.startsWith('previous') || `previous${name.charAt(0).toUpperCase()}${name.slice(1)}` in (Secrets.shape ?? {});
  const refuse = (path: string, objection: string | undefined) => refuseIf(objection, 'connection', id, path);
  refuse('baseUrl', objectionToUrl(baseUrl));
  for (const [name, secret] of Object.entries(secrets))
    refuse(`secrets.${name}`, objectionToSecret(secret, isVerifying(name)));
  if (info.secretInUrl && /[/?#]|^\.{1,2}$/.test(secrets.webhookSecret ?? ''))
    refuse('secrets.webhookSecret', 'must have no "/", "?" or "#", nor be "." or "..": it ends the URLs of webhooks');
  for (const code of [settings.currency ?? [], Object.keys(settings.insureFrom ?? {})].flat())
    if (!isCurrency(`${code}`)) refuse('settings', `${code} is no ISO 4217 code, such as EUR`);
  return Object.entries(secrets)
    .filter(([name, secret]) => isVerifying(name) && secret.length < MIN_SECRET_LENGTH)
    .map(
      ([name]) =>
        `connection "${id}": secrets.${name}: is shorter than ${MIN_SECRET_LENGTH} characters and can be guessed: replace it by a longer one at the marketplace and here`,
    );
}

/** What a sales channel shares with another one, so that an order would be taken twice, or for the other's. */
function likenesses(
  { connection: own, secrets }: FileConnection,
  others: readonly FileConnection[],
  marketplaces: ReadonlyMap<string, FileMarketplace>,
): string[] {
  const sells = ({ id }: Connection) => marketplaces.get(id)?.info.sells;
  return others.flatMap(({ connection, ...other }) => {
    if (!sells(own) || !sells(connection)) return [];
    const both = `connections "${connection.id}" and "${own.id}"`;
    const isThere = new URL(own.baseUrl).href === new URL(connection.baseUrl).href;
    const isSame = isThere && isDeepStrictEqual(secrets, other.secrets);
    if (isSame) return [`${both}: are one account: each of its orders comes in twice, and ships twice`];
    if (channelOf(own) !== channelOf(connection)) return [];
    return [`${both}: have one settings.channel: a warehouse takes orders of one number for each other's`];
  });
}

function checkRoutes(routes: readonly Route[], marketplaces: ReadonlyMap<string, FileMarketplace>): void {
  for (const [index, { from, to }] of routes.entries()) {
    if (from !== '*' && !marketplaces.has(from))
      throw new ConnectionsFileError(`routes[${index}].from: there is no connection "${from}"`);
    if (to === ERP) continue;
    const target = marketplaces.get(to);
    if (!target) throw new ConnectionsFileError(`routes[${index}].to: there is no connection "${to}"`);
    const { sells, title } = target.info;
    if (sells) throw new ConnectionsFileError(`routes[${index}].to: "${to}" cannot ship, ${title} is a sales channel`);
  }
}

function check<T>(
  schema: z.ZodMiniType<T>,
  value: unknown,
  locate: (path: PropertyKey[], value: unknown) => PropertyKey[],
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue) throw new ConnectionsFileError('not valid');
  const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const path = locate([...issue.path, ...unknownKeys.slice(0, 1)], value);
  const [head, ...rest] = path.map(String);
  const where = [head, rest.join('.')].filter(Boolean).join(': ');
  throw new ConnectionsFileError(
    `${where}${where ? ': ' : ''}${unknownKeys.length > 0 ? 'unknown key' : issue.message}`,
  );
}
