import { type MarketfulSandbox, startMarketfulSandbox } from '#sandbox/marketplaces/marketful/index';
import { type ShoppoSandbox, startShoppoSandbox } from '#sandbox/marketplaces/shoppo/index';
import { MUG, PLATE } from './channels.ts';

/** Units of the two SKUs. */
export type Units = [mugs: number, plates: number];
/** A webhook of a shipper. */
export interface Told {
  topic: string;
  body: unknown;
}

/** A simulated vendor that answers in this thread. */
interface Shipper {
  baseUrl: string;
  settings: Record<string, unknown>;
  country: string;
  fetch: typeof globalThis.fetch;
  secrets: Record<string, string>;
  /** Its orders, without what anybody took back. */
  orders(): Units[];
  /** Its people cancel, or ship, the first order. */
  cancel(): Told;
  ship(): Told;
  stop(): Promise<void>;
}

function unitsOf(items: ReadonlyArray<[sku: string, quantity: number]>): Units {
  const of = (wanted: string) => items.reduce((sum, [sku, quantity]) => sum + (sku === wanted ? quantity : 0), 0);
  return [of(MUG), of(PLATE)];
}

export const SHIPPERS = { marketful: startShed, shoppo: startSupply };
export type ShipperName = keyof typeof SHIPPERS;

async function startShed(now: () => Date): Promise<Shipper> {
  const secrets = { accessToken: 'token', userId: 'user', webhookSecret: 'secret' };
  const shed: MarketfulSandbox = await startMarketfulSandbox({ ...secrets, port: null, now });
  const told = (event: object) => ({ topic: 'shipment-event-created', body: { shipment_event: event } });
  const first = () => shed.orders()[0]?.id ?? '';
  const gone = new Set<unknown>();
  return {
    ...{ baseUrl: shed.url, fetch: shed.fetch, secrets, settings: {}, country: 'MX', stop: shed.stop },
    orders: () =>
      shed
        .orders()
        .map(({ id, items }) => unitsOf(gone.has(id) ? [] : items.map(({ sku, cantidad }) => [sku, Number(cantidad)]))),
    cancel() {
      gone.add(first());
      return told(shed.report(String(first()), { status: 'cancelled' }));
    },
    ship: () => told(shed.report(String(first()), { status: 'shipped', carrier: 'DHL' })),
  };
}

async function startSupply(now: () => Date): Promise<Shipper> {
  const secrets = { accessToken: 'token', viewerId: 'viewer', notificationToken: 'notify' };
  const supply: ShoppoSandbox = await startShoppoSandbox({ ...secrets, port: null, now });
  const first = () => supply.orders()[0] ?? { id: '', partnerOrderCode: '' };
  const skus = Object.fromEntries(supply.skus().map(({ identifier, id }) => [identifier, id]));
  return {
    ...{ baseUrl: supply.endpoint, fetch: supply.fetch, secrets, country: 'US', stop: supply.stop },
    settings: { skus: { [MUG]: skus[MUG], [PLATE]: skus[PLATE] } },
    orders: () =>
      supply
        .orders()
        .map(({ items }) =>
          unitsOf(
            items.filter(({ status }) => status !== 'CANCELLED').map(({ sku, quantity }) => [sku.identifier, quantity]),
          ),
        ),
    cancel() {
      supply.cancel(first().id);
      return { topic: 'cancel-partner-order', body: { order_id: first().partnerOrderCode } };
    },
    ship() {
      supply.ship(first().id);
      return { topic: 'deliver-partner-order', body: { order_id: first().partnerOrderCode } };
    },
  };
}
