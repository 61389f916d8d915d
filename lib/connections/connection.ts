import { type RetryPolicy, retryPolicy } from '#lib/platform/settings';
import type { Connection, Route } from './connection-schema.ts';

export type { Connection, Route };

/** A connection's secrets by name, as Secrets Manager holds them. */
export type Secrets = Readonly<Record<string, string>>;

/** What a receiver knows of a connection: its secrets, and what else verifies webhooks. */
export interface WebhookCredentials {
  secrets: Secrets;
  settings: Readonly<Record<string, string>>;
  /** The addresses and ranges that its marketplace calls from; absent: it may call from anywhere. */
  allowedSources?: readonly string[];
}

/** How a connection's deliveries are retried: for now as the deployment says. Undefined: it was removed. */
export const retryPolicyOf = (_connection: Connection | undefined): RetryPolicy => retryPolicy();

/** `erp` is the seller, who ships without the hub and posts the fulfillment. */
export const ERP = 'erp';

/** The name under which a channel's orders are placed elsewhere; by default its id, which tells accounts apart. */
export const channelOf = ({ id, settings }: Connection): string =>
  typeof settings.channel === 'string' ? settings.channel : id;
