import { isBlank, refuse, wholeNumber } from './answers.ts';
import type { Order, OrderItem } from './order.ts';

const CARRIERS = ['Marketful', 'Fedex', 'DHL', 'UPS', 'Estafeta', 'Will_Call'];
// The document writes the accent, the vendor's newer page does not.
const SHIPPING_TYPES = ['económico', 'economico', 'dia_siguiente'];
const STATES = new Set(
  'AG BC BS CM CS CH CO CL DF DG GT GR HG JA EM MI MO NA NL OA PU QT QR SL SI SO TB TM TL VE YU ZA'.split(' '),
);
const REQUIRED = [
  'num_orden',
  'orden_id',
  'customer',
  'carrier_name',
  'telefono',
  'calle',
  'no_exterior',
  'colonia',
  'ciudad',
  'codigo_postal',
  'canal',
  'tipo_envio',
];

/** A fulfillment order that has been checked. */
export interface Placement {
  contactInfo: Record<string, unknown>;
  items: OrderItem[];
}

/** Checks the body of `multicanal_api`. The document shows no refusals: 402 if something is missing, 401 if wrong. */
export function readPlacement(parameters: Record<string, unknown>, placed: readonly Order[]): Placement {
  const { order } = parameters;
  if (!isRecord(order)) throw refuse([402, "Parameter 'order' must be present"]);
  const { contact_info: contactInfo, items } = order;
  if (!isRecord(contactInfo)) throw refuse([402, "Parameter 'contact_info' must be present"]);
  checkContactInfo(contactInfo);
  const read = readItems(items);
  checkUnique(contactInfo, placed);
  return { contactInfo, items: read };
}

function checkContactInfo(contactInfo: Record<string, unknown>): void {
  const state = contactInfo.Estado ?? contactInfo.estado;
  const missing = [...REQUIRED.filter((field) => isBlank(contactInfo[field])), ...(isBlank(state) ? ['Estado'] : [])];
  if (missing.length > 0) throw refuse([401, `Incomplete data: ${missing.join(', ')} must be present`]);
  const noStrings = REQUIRED.filter((field) => typeof contactInfo[field] !== 'string');
  if (noStrings.length > 0) throw refuse([401, `Incorrect data: ${noStrings.join(', ')} must be String`]);
  const code = /^MX ?- ?([A-Z]{2})$/.exec(String(state))?.[1];
  if (!code || !STATES.has(code)) throw refuse([401, 'Incorrect data: Estado must be in format MX-XX']);
  checkOneOf(contactInfo, 'carrier_name', CARRIERS);
  checkOneOf(contactInfo, 'tipo_envio', SHIPPING_TYPES);
  const { asegurado } = contactInfo;
  if (!isBlank(asegurado) && !['true', 'false'].includes(String(asegurado)))
    throw refuse([401, 'Incorrect data: asegurado must be boolean']);
}

function checkOneOf(contactInfo: Record<string, unknown>, field: string, accepted: readonly string[]): void {
  if (accepted.includes(String(contactInfo[field]))) return;
  throw refuse([401, `Incorrect data: ${field} must be one of ${accepted.join(', ')}`]);
}

function readItems(items: unknown): OrderItem[] {
  if (!Array.isArray(items) || items.length === 0) throw refuse([402, "Parameter 'items' must be present"]);
  return items.map((item: unknown) => {
    const { sku, cantidad } = isRecord(item) ? item : {};
    const quantity = wholeNumber(cantidad);
    if (typeof sku !== 'string' || sku === '' || !quantity)
      throw refuse([401, 'Incorrect data: every item needs a sku and a cantidad of at least 1']);
    return { sku, cantidad: quantity };
  });
}

function checkUnique({ num_orden: number, orden_id: id, canal }: Record<string, unknown>, placed: readonly Order[]) {
  if (placed.some((order) => order.orden_id === id)) throw refuse([401, `orden_id ${id} already exists`]);
  if (placed.some((order) => order.num_orden === number && order.canal === canal))
    throw refuse([401, `num_orden ${number} already exists for canal ${canal}`]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
