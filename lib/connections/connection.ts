/** One account at one marketplace, without its secrets. Settings are checked by the marketplace's own schema. */
export interface Connection {
  id: string;
  marketplace: string;
  baseUrl: string;
  settings: Record<string, unknown>;
  pollIntervalSeconds: number;
  requestsPerMinute: number;
}

/** A connection's secrets by name, as Secrets Manager holds them. */
export type Secrets = Readonly<Record<string, string>>;

/** `erp` is the seller: it ships by itself and posts the fulfillment. */
export const ERP = 'erp';

/** Which lines of an order go where; every match has to hold, none is any line. */
export interface Route {
  from: string;
  match?: { country?: string | undefined; skuPrefix?: string | undefined } | undefined;
  to: string;
}

/** The name under which orders of a sales connection are placed elsewhere; its id keeps two accounts apart. */
export const channelOf = ({ id, settings }: Connection): string =>
  typeof settings.channel === 'string' ? settings.channel : id;
