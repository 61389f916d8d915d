import type { Connection } from '#lib/connections/connection';
import type { Order } from '#lib/orders/order';
import { BlockedError } from '#lib/platform/errors';
import type { FetchAction, PlaceInput, ProbedAction } from '../action.ts';
import { member, textOf } from '../kit/json.ts';
import { MAX_LINE, parseAddress, stateCode } from './address.ts';
import { createOrder, getEvents, getOrder, type PlacementRequest } from './api.ts';
import { OFFERED, Settings } from './settings.ts';

/** Reads the order a webhook named. */
export const fetches: Readonly<Record<string, FetchAction>> = {
  shipment: { push: async (remote, { resource }) => ({ topic: 'orden', body: await getEvents(remote, resource) }) },
};

export const order: ProbedAction<PlaceInput> = {
  async push(remote, input) {
    return resultOf(await createOrder(remote, placementOf(remote.connection, input)));
  },

  /** `num_orden` is unique within a seller's channel, so whatever is there under it is this order or none. */
  async probe(remote, input) {
    const body = await getOrder(remote, channelOf(input), input.order.number);
    const orden = member(body, 'orden') ?? null;
    if (orden === null || isAnothers(orden, input)) return null;
    return { ...resultOf(member(orden, 'id')), note: 'found at Marketful under its channel and number' };
  },
};

function isAnothers(orden: unknown, { order: ours }: PlaceInput): boolean {
  const theirs = textOf(member(orden, 'orden_id'));
  return theirs !== '' && theirs !== ours.id;
}

const resultOf = (id: unknown) => (textOf(id) === '' ? {} : { remoteId: textOf(id) });

/** What the warehouse knows the sales channel as; by default its connection's id, so that no two accounts collide. */
function channelOf({ source }: Pick<PlaceInput, 'source'>): string {
  const { channel } = source.settings;
  return typeof channel === 'string' && channel !== '' ? channel : source.id;
}

/** The body of multicanal_api. Throws BlockedError `address_incomplete` that names what the address lacks. */
function placementOf(connection: Connection, input: PlaceInput): PlacementRequest {
  const { order } = input;
  const settings = Settings.parse(connection.settings);
  return {
    contact_info: {
      num_orden: order.number,
      orden_id: order.id,
      ...recipientOf(order),
      canal: channelOf(input),
      carrier_name: OFFERED.find((name) => same(name, order.shippingMethod)) ?? settings.carrierName,
      tipo_envio: settings.shippingType,
      asegurado: settings.insured,
    },
    items: itemsOf(input),
  };
}

const LINES = ['street_address', 'extended_address'] as const;

function recipientOf({ shippingAddress: address, buyer }: Order): Record<string, string> {
  if (address.address_country !== 'MX')
    throw incomplete(['shippingAddress.address_country (Marketful ships within Mexico only: MX)']);
  const long = LINES.filter((line) => (address[line] ?? '').length > MAX_LINE);
  if (long.length > 0)
    throw incomplete(long.map((line) => `shippingAddress.${line} (in at most ${MAX_LINE} characters)`));
  const { calle, noExterior, noInterior, colonia } = parseAddress(address);
  const name = [address.first_name, address.last_name].filter(Boolean).join(' ');
  const needed = {
    customer: [name || address.company, 'first_name'],
    telefono: [address.phone_number ?? buyer.phone_number, 'phone_number'],
    calle: [calle, 'street_address (street)'],
    no_exterior: [noExterior, 'street_address (exterior number, or s/n)'],
    colonia: [colonia, 'extended_address (colonia)'],
    ciudad: [address.address_locality, 'address_locality'],
    Estado: [stateCode(address.address_region ?? ''), 'address_region (one of the Mexican states)'],
    codigo_postal: [address.postal_code, 'postal_code'],
  } as const;
  const lacking = Object.values(needed).filter(([value]) => !value?.trim());
  if (lacking.length > 0) throw incomplete(lacking.map(([, member]) => `shippingAddress.${member}`));
  const found = Object.entries(needed).map(([key, [value]]) => [key, value?.trim() ?? '']);
  // "White fields are generally understood as null or empty string instead of being omitted."
  return { ...Object.fromEntries(found), no_interior: noInterior };
}

function incomplete(fields: string[]): BlockedError {
  const description = `the order cannot be shipped before its address has ${fields.join(', ')}: correct it`;
  return new BlockedError({ code: 'address_incomplete', description, field: fields[0]?.split(' ')[0] ?? '' }, 'order');
}

/** One item a SKU: what happens to a SKU that is sent twice is not documented. */
function itemsOf({ order, lineItems }: PlaceInput): PlacementRequest['items'] {
  const quantities = new Map<string, number>();
  for (const { id, quantity } of lineItems) {
    const line = order.ucp.line_items.find((candidate) => candidate.id === id);
    if (!line) throw new Error(`line item ${id} is not in order ${order.id}`);
    quantities.set(line.item.id, (quantities.get(line.item.id) ?? 0) + quantity);
  }
  return [...quantities].map(([sku, cantidad]) => ({ sku, cantidad }));
}

const same = (name: string, method: string | null): boolean => name.toLowerCase() === method?.trim().toLowerCase();
