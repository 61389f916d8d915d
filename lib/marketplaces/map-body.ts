import type { Connection } from '#lib/connections/connection';
import type { OrderSnapshot } from '#lib/orders/order';
import { ContractError, IntegrationError } from '#lib/platform/errors';
import type { Change, Connector, InboundBody } from './contract.ts';
import { describeBody, type ReadBody, recordReads } from './kit/body-members.ts';
import { type Aliases, applyFields } from './kit/fields.ts';

/** What a body means, or why that is unclear, and what of it was read. */
export interface Mapped extends ReadBody {
  change: Change | IntegrationError;
  aliases: Aliases;
}

/** Maps a body whose members a connection's `settings.fields` may rename; an order knows what of it was not read. */
export function mapBody(connector: Connector, inbound: InboundBody, connection: Connection): Mapped {
  let described: ReadBody & { aliases: Aliases } = { members: [], unread: [], aliases: new Map() };
  try {
    const { body, aliases } = applyFields(inbound.body, connection.settings.fields);
    // Mapping is pure: it runs again only to record where it looks, so that no result depends on the recorder.
    const reads = recordReads(body, (recorded) => connector.map({ ...inbound, body: recorded }, connection));
    described = { ...describeBody(inbound.body, reads, aliases), aliases };
    const change = connector.map({ ...inbound, body }, connection);
    if (change.type !== 'order') return { ...described, change };
    const { unread } = described;
    const order = { ...withPermalink(change.order, connection), ...(unread.length > 0 && { unread }) };
    return { ...described, change: { ...change, order } };
  } catch (error) {
    return { ...described, change: asIntegrationError(error, connector) };
  }
}

/** Gives an order whose source tells no page of it the one from its connection's `settings.permalink`. */
function withPermalink(order: OrderSnapshot, { settings: { permalink } }: Connection): OrderSnapshot {
  if (order.permalinkUrl || typeof permalink !== 'string') return order;
  const { externalId: id, number } = order;
  const fill = (_: string, name: 'id' | 'number') => encodeURIComponent({ id, number }[name].toWellFormed());
  return { ...order, permalinkUrl: permalink.replace(/\{(id|number)\}/g, fill) };
}

/** What is required and absent may have another name, or be a setting: the error says how to tell the hub. */
function asIntegrationError(error: unknown, { Settings }: Connector): IntegrationError {
  if (!(error instanceof IntegrationError)) {
    // A mapper that fails on a body is a bug, but the body must not be lost, or come back for ever.
    const name = error instanceof Error ? error.name : typeof error;
    return new ContractError({ code: 'mapping_failed', description: `unexpected ${name}` });
  }
  const { field = '', description } = error.detail;
  if (field === '' || !/: (is missing|expected the id of)\b/.test(description)) return error;
  const path = field.replaceAll(/\[\d+\]/g, '[]');
  const name = path.split('.').at(-1)?.toLowerCase() ?? '';
  // `CurrencyCode` and `address_country` have a setting, too.
  const set = Object.keys((Settings as { shape?: object }).shape ?? {}).find((one) => name.includes(one.toLowerCase()));
  const setting = set === undefined ? '' : `, or set settings.${set}`;
  const remedy = `if the body has it elsewhere, add "<its path>": "${path}" to settings.fields${setting}`;
  return new ContractError({ ...error.detail, description: `${description}; ${remedy}` });
}
