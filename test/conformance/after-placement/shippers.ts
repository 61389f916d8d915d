import { type MarketfulSandbox, startMarketfulSandbox } from '#sandbox/marketplaces/marketful/index';
import { type ShoppoSandbox, startShoppoSandbox } from '#sandbox/marketplaces/shoppo/index';
import { MUG, PLATE } from './channels.ts';

/** Units of the two SKUs. */
export type Units = [mugs: number, plates: number];
/** A webhook of a shipper. */
interface Told {
  topic: string;
  body: unknown;
}

/** What a shipper does with its first order. */
export type Heard = 'cancel' | 'cancelMugs' | 'ship' | 'comeBack';

/** A simulated vendor that answers in this thread. */
interface Shipper {
  baseUrl: string;
  settings: Record<string, unknown>;
  country: string;
  fetch: typeof globalThis.fetch;
  secrets: Record<string, string>;
  /** Its orders, without what was taken back. */
  orders(): Units[];
  /** Does something that this shipper can report. */
  tells: Partial<Record<Heard, () => Told>>;
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
    tells: {
      cancel() {
        gone.add(first());
        return told(shed.report(String(first()), { status: 'cancelled' }));
      },
      ship: () => told(shed.report(String(first()), { status: 'shipped', carrier: 'DHL' })),
      comeBack: () => told(shed.report(String(first()), { status: 'returned', carrier: 'DHL' })),
    },
  };
}

async function startSupply(now: () => Date): Promise<Shipper> {
  const secrets = { accessToken: 'token', viewerId: 'viewer', notificationToken: 'notify' };
  const supply: ShoppoSandbox = await startShoppoSandbox({ ...secrets, port: null, now });
  const first = () => supply.orders()[0] ?? { id: '', partnerOrderCode: '' };
  const told = (what: string, { partnerOrderCode }: { partnerOrderCode: string }) => ({
    ...{ topic: `${what}-partner-order`, body: { order_id: partnerOrderCode } },
  });
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
    tells: {
      cancel: () => told('cancel', supply.cancel(first().id)),
      // No notification reports this; any that makes the hub read the order will do.
      cancelMugs: () => told('deliver', supply.cancel(first().id, { items: [MUG] })),
      ship: () => told('deliver', supply.ship(first().id)),
    },
  };
}
