import { ownSku } from '#lib/catalog/product';
import { channelOf } from '#lib/connections/connection';
import { factsOf } from '#lib/orders/facts';
import type { Order } from '#lib/orders/order';
import { BlockedError } from '#lib/platform/errors';
import type { FetchAction, PlaceInput, ProbedAction, PushResult, RemoteContext } from '../action.ts';
import { unlessRefused } from '../kit/answers.ts';
import { member, textOf } from '../kit/json.ts';
import { codeOf, incomplete, itemsIn, postalCodeOf, recipientOf, uncarried } from '../kit/placing.ts';
import { defined } from '../kit/shape.ts';
import { entryFor, same } from '../kit/tables.ts';
import { MAX_LINE, parseAddress, stateCode } from './address.ts';
import { createOrder, getEvents, getOrder, getStock, getStockByEan, type PlacementRequest } from './api.ts';
import { eanSet, OFFERED, Settings } from './settings.ts';

/** Reads the order that a webhook named. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  shipment: {
    push: async (remote, { resource }) => {
      const read = (await getEvents(remote, resource)) as object;
      return { topic: 'orden', body: { ...read, placement: { remoteId: resource } } };
    },
  },
};

export const order: ProbedAction<PlaceInput> = {
  async push(remote, input) {
    const created = await createOrder(remote, await placementOf(remote, input));
    const note = defined({ note: noteOf(remote, input) });
    if (created.id !== null) return { remoteId: created.id, ...note };
    const found = await unlessRefused(() => find(remote, input));
    if (!found) throw created.ifMissing;
    return { ...found, isFound: true, ...note };
  },

  async probe(remote, input) {
    const found = await find(remote, input);
    return found && { ...found, note: 'found at Marketful under its channel and number' };
  },
};

/** `num_orden` is unique within a channel, so an order found under it is this one, or none is. */
async function find(remote: RemoteContext, input: PlaceInput): Promise<PushResult | null> {
  const orden = member(await getOrder(remote, channelOf(input.source), input.number), 'orden') ?? null;
  // Another order of that number, or another placement of this one.
  if (orden === null || ![idOf(input), ''].includes(textOf(member(orden, 'orden_id')))) return null;
  return defined({ remoteId: textOf(member(orden, 'id')) || undefined });
}

/** What Marketful was not told: its name field holds the company; the method is told only as a carrier or speed. */
function noteOf({ connection }: RemoteContext, input: PlaceInput): string | undefined {
  const isCarried = Object.keys(serviceOf(input.order, Settings.parse(connection.settings).methods)).length > 0;
  return uncarried(input, 'Marketful', ['company', isCarried && 'shipping method']);
}

/** "Unique order number by seller": each placement of an order has its own. */
const idOf = ({ order, nth }: PlaceInput): string => codeOf(order.id, nth ?? 1);

/** The body of multicanal_api. Throws BlockedError `address_incomplete` naming what the address lacks. */
async function placementOf(remote: RemoteContext, input: PlaceInput): Promise<PlacementRequest> {
  const { order } = input;
  const { methods, carrierName, shippingType, insured, insureFrom = {} } = Settings.parse(remote.connection.settings);
  const chosen = serviceOf(order, methods);
  const { currency, total } = factsOf(order).amounts;
  return {
    contact_info: {
      ...{ num_orden: input.number, orden_id: idOf(input) },
      ...contactOf(order),
      canal: channelOf(input.source),
      carrier_name: chosen.carrierName ?? carrierName,
      tipo_envio: chosen.shippingType ?? shippingType,
      asegurado: insured || total >= (insureFrom[currency] ?? Number.POSITIVE_INFINITY),
    },
    items: await wantedItems(remote, input),
  };
}

const CARRIERS = /(?:^|[^a-z])(fedex|dhl|ups|estafeta)(?![a-z])/i;
const NEXT_DAY =
  /d[ií]a[\s_-]?(?:h[aá]bil[\s_-]?)?siguiente|siguiente[\s_-]?d[ií]a|next[\s_-]?(?:business[\s_-]?)?day|expr[eé]s|overnight|urgente|\b24\s?h/i;

/** Carrier and speed for the buyer's method: as the settings map it, else as its code or name says. */
function serviceOf(order: Order, methods: Settings['methods']): Partial<NonNullable<Settings['methods']>[string]> {
  const { code, name } = factsOf(order).shippingMethod ?? {};
  const words = [code, name].filter((word) => word != null);
  // A name tells more than a code, which may be its carrier's alone.
  const set = words.map((word) => entryFor(methods ?? {}, word)).findLast(Boolean);
  const text = words.join(' ');
  const [, named] = CARRIERS.exec(text) ?? [];
  const carrierName = OFFERED.find((offered) => words.some((one) => same(offered, one)) || same(offered, named ?? ''));
  return {
    ...defined({ carrierName, shippingType: NEXT_DAY.test(text) ? 'dia_siguiente' : undefined } as const),
    ...set,
  };
}

function contactOf({ shippingAddress: address, buyer }: Order): Record<string, string> {
  if (address.address_country !== 'MX') throw incomplete(['address_country (Marketful ships within Mexico only: MX)']);
  const long = (['street_address', 'extended_address'] as const).filter(
    (line) => (address[line] ?? '').length > MAX_LINE,
  );
  if (long.length > 0) throw incomplete(long.map((line) => `${line} (in at most ${MAX_LINE} characters)`));
  const { calle, noExterior, noInterior, colonia } = parseAddress(address);
  const name = [address.first_name, address.last_name].filter(Boolean).join(' ');
  const found = recipientOf({
    customer: [[name, address.company].filter(Boolean).join(', '), 'first_name'],
    telefono: [address.phone_number ?? buyer.phone_number, 'phone_number'],
    calle: [calle, 'street_address (street)'],
    no_exterior: [noExterior, 'street_address (exterior number, or s/n)'],
    colonia: [colonia, 'extended_address (colonia)'],
    ciudad: [address.address_locality, 'address_locality'],
    Estado: [stateCode(address.address_region ?? ''), 'address_region (one of the Mexican states)'],
    codigo_postal: [postalCodeOf(address), 'postal_code'],
  });
  // "White fields are generally understood as null or empty string instead of being omitted."
  return { ...found, no_interior: noInterior };
}

/** One item for each SKU: the document does not say what a SKU sent twice means. */
async function wantedItems(remote: RemoteContext, { order, lineItems }: PlaceInput) {
  const items = new Map<string, PlacementRequest['items'][number]>();
  for (const [sold, quantity] of itemsIn(order, lineItems)) {
    const item = await itemOf(remote, sold);
    items.set(item.sku, { ...item, cantidad: (items.get(item.sku)?.cantidad ?? 0) + quantity });
  }
  return [...items.values()];
}

/**
 * The item for a line's SKU. If that SKU is the line's EAN, or the settings give an EAN for it, the item is looked up by
 * EAN. Throws BlockedError `sku_unknown` where Marketful has no item with it.
 */
async function itemOf(remote: RemoteContext, { id: sku, ean: ofLine }: { id: string; ean?: string }) {
  const own = ownSku(remote.connection, sku);
  if (own !== undefined) return { sku: own };
  const set = eanSet(remote.connection, sku);
  if (set === undefined && sku !== ofLine) return { sku };
  const ean = set ?? sku;
  const known = set === undefined && (await remote.findProduct(sku, ean));
  if (known && known.sku !== ean) return { sku: ownSku(remote.connection, known.sku) ?? known.sku };
  const found = await unlessRefused(() => getStockByEan(remote, ean));
  if (found)
    return { sku: textOf(member(found, 'sku')) || ean, ean, ...defined({ item_id: member(found, 'item_id') }) };
  // What the settings have an EAN for may be known by its SKU all the same.
  if (set !== undefined && (await unlessRefused(() => getStock(remote, sku)))) return { sku };
  const description = `Marketful has no item with the EAN ${ean}: register it and replay the delivery, or add "${sku}": "<its SKU there>" to settings.skus of ${remote.connection.id}`;
  throw new BlockedError({ code: 'sku_unknown', description }, 'connection');
}
