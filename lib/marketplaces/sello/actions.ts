import type { Connection } from '#lib/connections/connection';
import { BlockedError, ContractError, IntegrationError, RejectedError, RetryableError } from '#lib/platform/errors';
import type {
  Action,
  FetchAction,
  Fetched,
  FollowUpInput,
  ProbedAction,
  RemoteContext,
  ReportInput,
  StockInput,
} from '../action.ts';
import { askForEach } from '../kit/answers.ts';
import { parcelCarrier } from '../kit/carriers.ts';
import { member, textOf } from '../kit/json.ts';
import * as api from './api.ts';
import { carriers, info, ordersOf } from './manifest.ts';
import { METHODS, Settings } from './settings.ts';

/** Reads what a webhook or the list named. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  order: {
    push: (remote, { resource }) =>
      orGone(remote, 'order', resource, async () => nameMarket(remote, await api.getOrder(remote, resource))),
  },
  product: {
    push: (remote, { resource }) => orGone(remote, 'product', resource, () => api.getProduct(remote, resource)),
  },
};

/** A 404 means gone (removed, or merged into another order) only if the API itself answers: the list is read to see. */
async function orGone(
  remote: RemoteContext,
  topic: string,
  id: string,
  read: () => Promise<unknown>,
): Promise<Fetched> {
  try {
    return { topic, body: await read() };
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { rows } = await api.listOrders(remote, { size: 300, sort: 'updated_at', sort_direction: 'desc' });
    // A listed order is not gone.
    const isListed = topic === 'order' && rows.some((row) => textOf(member(row, 'id')) === id);
    if (isListed || isPage(error)) throw new RetryableError(error.detail);
    return { topic: `${topic}-gone`, body: { id } };
  }
}

const isMissing = (error: unknown): error is RejectedError =>
  error instanceof RejectedError && error.detail.httpStatus === 404;
/** An HTML page is a proxy's, not Sello's. */
const isPage = ({ detail }: RejectedError): boolean => detail.description.startsWith('<');

const MINUTE_MS = 60_000;
type MarketNames = ReadonlyMap<string, string | undefined>;
const marketNames = new Map<string, { readAt: number; names: MarketNames }>();

/**
 * An order has only the id of the marketplace it was sold on: the names are read at most once an hour, and for one that
 * is not among them (it may have been connected since) every five minutes.
 */
async function nameMarket(remote: RemoteContext, order: unknown): Promise<unknown> {
  const { connection, now } = remote;
  const integration = textOf(member(order, 'integration_id'));
  const { markets } = Settings.parse(connection.settings);
  if (integration === '' || integration === '0' || markets[integration] !== undefined) return order;
  const known = marketNames.get(connection.id);
  const lasts = (known?.names.has(integration) ? 60 : 5) * MINUTE_MS;
  const isFresh = known !== undefined && now().getTime() - known.readAt < lasts;
  const names = isFresh ? known.names : await readMarketNames(remote, known?.names);
  if (!isFresh) marketNames.set(connection.id, { readAt: now().getTime(), names });
  return { ...(order as object), integration_name: names.get(integration) };
}

/**
 * An order must not wait for the name of its marketplace: what was known stays, and an account that may not read them
 * has none. Only where nothing was ever read does it wait, as a route may go by the name.
 */
async function readMarketNames(remote: RemoteContext, known: MarketNames | undefined): Promise<MarketNames> {
  try {
    return new Map((await api.listIntegrations(remote)).map(({ id, display_name }) => [id, display_name]));
  } catch (error) {
    const isRefused = [RejectedError, BlockedError, ContractError].some((refusal) => error instanceof refusal);
    if (!isRefused && !(known && error instanceof IntegrationError)) throw error;
    return known ?? new Map();
  }
}

export const fulfillment: ProbedAction<ReportInput> = {
  /** Deliveries have no rows at Sello: a parcel is added to each of Sello's orders that has a line in it. */
  async push(remote, input) {
    const { trackingNumber, labelUrl } = input.fulfillment;
    const documents = labelUrl === undefined ? {} : { documents: [labelUrl] };
    const delivery = { id: trackingNumber, method: methodOf(remote.connection, input), ...documents };
    const homes = ordersOf(input.order, input.fulfillment);
    await askForEach(homes, (orderId) => api.addDelivery(remote, orderId, delivery));
    return {};
  },

  async probe(remote, input) {
    const { trackingNumber } = input.fulfillment;
    const method = methodOf(remote.connection, input);
    for (const orderId of ordersOf(input.order, input.fulfillment)) {
      const deliveries = await api.listDeliveries(remote, orderId);
      if (!deliveries.some((each) => textOf(each.id) === trackingNumber && each.method === method)) return null;
    }
    return { note: 'found among the deliveries of the order at Sello' };
  },
};

const methodOf = (connection: Connection, { fulfillment: parcel }: ReportInput): string =>
  parcelCarrier(connection, parcel, { title: info.title, table: carriers, offered: METHODS });

export const stock: Action<StockInput> = {
  /** An order may name a SKU that Sello never had or has no more, and a product may have got another id. */
  async push(remote, { listing: { sku, externalId }, quantity }) {
    const isTold = async (id: string | undefined): Promise<boolean> => {
      try {
        await api.putQuantity(remote, { id, sku }, quantity);
        return true;
      } catch (error) {
        if (!isMissing(error) || isPage(error)) throw error;
        return false;
      }
    };
    if (await isTold(externalId)) return {};
    if (externalId !== undefined && (await isTold(undefined))) return {};
    // Throws if it is not the API that answers 404.
    await api.listProducts(remote, { size: 1 });
    return { note: `Sello has no product ${sku} whose quantity could be set` };
  },
};

export const status: ProbedAction<FollowUpInput> = {
  /** Sello has no conditional update: this may overwrite a status that the hub has not heard of yet. */
  async push(remote, input) {
    const delivered = await findDelivered(remote);
    const { is_deleted } = await api.getOrderStatus(remote, homeOf(input));
    if (is_deleted) return { note: 'is cancelled at Sello, whose status stays' };
    await api.setStatus(remote, homeOf(input), delivered);
    return {};
  },

  async probe(remote, input) {
    const { status_id, is_delivered } = await api.getOrderStatus(remote, homeOf(input));
    if (!is_delivered || status_id !== (await findDelivered(remote))) return null;
    return { note: 'has the delivered status at Sello' };
  },
};

/** `about` is Sello's order id, then the ids of the order's parcels. */
const homeOf = ({ about }: FollowUpInput): string => about.replace(/(?: ful_\w+)*$/, '');

/** The account's own status that means delivered; if several do, or none, a person must choose. */
async function findDelivered(remote: RemoteContext): Promise<string> {
  const { deliveredStatusId } = Settings.parse(remote.connection.settings);
  if (deliveredStatusId !== undefined) return deliveredStatusId;
  const delivered = (await api.listStatuses(remote)).filter((each) => each.is_delivered || each.delivered);
  const [only, ...others] = delivered;
  if (only && others.length === 0) return only.id;
  const named = delivered.map(({ id, title }) => `${id}${title === undefined ? '' : ` ${title}`}`).join(', ');
  const which = only ? `several statuses at Sello mean delivered (${named})` : 'no status at Sello means delivered';
  const description = `${which}: set settings.deliveredStatusId of ${remote.connection.id} to the id of the one to give a shipped order`;
  throw new BlockedError({ code: 'delivered_status_unclear', description }, 'connection');
}
