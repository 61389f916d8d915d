import { loadConnector } from '#lib/marketplaces/load';
import { marketplaces, roleOf } from '#lib/marketplaces/registry';
import * as z from '#lib/platform/zod';
import { type Connection, ERP, type Route, type Secrets } from './connection.ts';

/** A connections file that cannot be used; the message names the connection and the key. */
export class ConnectionsFileError extends Error {}

export interface FileConnection {
  connection: Connection;
  secrets: Secrets;
  /** Settings that verify webhooks: they are kept with the secrets, not with the other settings. */
  webhookSettings: Record<string, string>;
}

export interface ConnectionsFile {
  connections: FileConnection[];
  routes: Route[];
}

const Entry = z.strictObject({
  id: z.string().check(
    z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
    z.refine((id) => id !== ERP, `must not be "${ERP}", which stands for the seller`),
  ),
  marketplace: z.enum(marketplaces.map(({ name }) => name) as [string, ...string[]]),
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  secrets: z.record(z.string(), z.unknown()),
  settings: z._default(z.record(z.string(), z.unknown()), {}),
  pollIntervalSeconds: z.optional(z.number().check(z.positive())),
  requestsPerMinute: z.optional(z.int().check(z.positive())),
});

const RouteEntry = z.strictObject({
  from: z.string(),
  match: z.optional(z.strictObject({ country: z.optional(z.string()), skuPrefix: z.optional(z.string()) })),
  to: z.string(),
});

const File = z.strictObject({ connections: z.array(Entry), routes: z._default(z.array(RouteEntry), []) });

/** Reads and checks a connections file. Throws ConnectionsFileError, which names the first thing that is wrong. */
export async function parseConnectionsFile(text: string): Promise<ConnectionsFile> {
  const file = check(File, parseJson(text), (path, input) => {
    const [first, index, ...rest] = path;
    const named = (input as { connections?: Array<{ id?: unknown }> }).connections?.[index as number]?.id;
    return first === 'connections' && typeof named === 'string' ? [`connection "${named}"`, ...rest] : path;
  });
  const connections: FileConnection[] = [];
  for (const entry of file.connections) {
    if (connections.some(({ connection }) => connection.id === entry.id))
      throw new ConnectionsFileError(`connection "${entry.id}": the id is used twice`);
    connections.push(await readEntry(entry));
  }
  checkRoutes(file.routes, connections);
  return { connections, routes: file.routes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConnectionsFileError(`not JSON: ${(error as Error).message}`);
  }
}

async function readEntry(entry: z.infer<typeof Entry>): Promise<FileConnection> {
  const { info, Secrets, Settings } = await loadConnector(entry.marketplace);
  const within = (part: string) => (path: PropertyKey[]) => [`connection "${entry.id}"`, part, ...path];
  const secrets = check(Secrets, entry.secrets, within('secrets'));
  const settings = check(Settings, entry.settings, within('settings'));
  const { id, marketplace, baseUrl } = entry;
  const isWebhookSetting = (name: string) => info.webhookSettings.includes(name);
  const pick = (wanted: boolean) =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => isWebhookSetting(name) === wanted));
  return {
    connection: {
      id,
      marketplace,
      baseUrl,
      settings: pick(false),
      pollIntervalSeconds: entry.pollIntervalSeconds ?? info.pollIntervalSeconds,
      requestsPerMinute: entry.requestsPerMinute ?? info.requestsPerMinute,
    },
    secrets: Object.fromEntries(
      Object.entries(secrets).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    webhookSettings: pick(true) as Record<string, string>,
  };
}

function checkRoutes(routes: readonly Route[], connections: readonly FileConnection[]): void {
  const byId = new Map(connections.map(({ connection }) => [connection.id, connection]));
  for (const [index, { from, to }] of routes.entries()) {
    if (from !== '*' && !byId.has(from))
      throw new ConnectionsFileError(`routes[${index}].from: there is no connection "${from}"`);
    if (to === ERP) continue;
    const target = byId.get(to);
    if (!target) throw new ConnectionsFileError(`routes[${index}].to: there is no connection "${to}"`);
    const { info } = roleOf(target.marketplace);
    if (info.sells)
      throw new ConnectionsFileError(`routes[${index}].to: "${to}" cannot ship, ${info.title} is a sales channel`);
  }
}

function check<T>(
  schema: z.ZodMiniType<T>,
  value: unknown,
  place: (path: PropertyKey[], value: unknown) => PropertyKey[],
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue) throw new ConnectionsFileError('not valid');
  const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const path = place([...issue.path, ...unknownKeys.slice(0, 1)], value);
  const [head, ...rest] = path.map(String);
  const where = [head, rest.join('.')].filter(Boolean).join(': ');
  throw new ConnectionsFileError(
    `${where}${where ? ': ' : ''}${unknownKeys.length > 0 ? 'unknown key' : issue.message}`,
  );
}
