import { refuse } from './answers.ts';
import type { ShippingInformation } from './bodies.ts';
import { CARRIERS, NOT_SOLD, SERVICE_TYPES, STATUS } from './ids.ts';
import { type Order, openQuantities, type Parcel } from './order.ts';

/** The order with one more parcel, or the refusal of the first thing that is wrong. */
export function addParcel(order: Order, { OrderNumber: _number, ...told }: ShippingInformation): Order {
  if (NOT_SOLD.includes(order.OrderStatusId)) throw refuse(30, `OrderStatusId is ${order.OrderStatusId}`);
  checkCarrier(told.CarrierId, told.ServiceTypeId ?? null);
  const parcel: Parcel = {
    CarrierId: told.CarrierId,
    ServiceTypeId: told.ServiceTypeId ?? null,
    TrackingNumber: told.TrackingNumber,
    ShippedDate: told.ShippedDate?.replace(/Z$/, '') ?? null,
    Items: told.Items.map(({ SkuCode, Quantity }) => ({ SkuCode, Quantity })),
  };
  for (const { SkuCode } of parcel.Items) {
    if (!order.OrderItems.some((item) => item.SkuCode === SkuCode)) throw refuse(25, SkuCode);
  }
  // Before the quantities: a repeated parcel would otherwise be one too many.
  if (order.ShippingInformation.some((known) => isSame(known, parcel))) throw refuse(33);
  const shipped = { ...order, ShippingInformation: [...order.ShippingInformation, parcel] };
  const open = [...openQuantities(shipped)];
  for (const [sku, quantity] of open) if (quantity < 0) throw refuse(26, sku);
  const isWhole = open.every(([, quantity]) => quantity === 0);
  return { ...shipped, OrderStatusId: isWhole ? STATUS.shipped : STATUS.partiallyShipped };
}

function checkCarrier(carrierId: number, serviceTypeId: number | null): void {
  if (!CARRIERS[carrierId]) throw refuse(21, `CarrierId ${carrierId}`);
  const services = SERVICE_TYPES[carrierId];
  // A carrier without services in the table is taken without one.
  const isKnown = services ? serviceTypeId !== null && services[serviceTypeId] !== undefined : !serviceTypeId;
  if (!isKnown) throw refuse(30, `ServiceTypeId ${serviceTypeId ?? 'null'} is not one of carrier ${carrierId}`);
}

/** The same carrier and tracking number, with the same pieces in it. */
function isSame(left: Parcel, right: Parcel): boolean {
  const key = ({ CarrierId, TrackingNumber, Items }: Parcel): string =>
    JSON.stringify([CarrierId, TrackingNumber, Items.map((item) => `${item.Quantity} ${item.SkuCode}`).toSorted()]);
  return key(left) === key(right);
}
