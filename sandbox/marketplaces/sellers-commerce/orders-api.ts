import type { FastifyRequest } from 'fastify';
import type { Base } from '../base.ts';
import { refuse } from './answers.ts';
import { OrderStatus, PaymentInformation, readBody, ShippingInformation } from './bodies.ts';
import type { Endpoints } from './calls.ts';
import { CARRIERS, NOT_SOLD, PAYMENT, SERVICE_TYPES, STATUS } from './ids.ts';
import { applyQuery } from './odata.ts';
import { ORDER_FIELDS, type Order, openQuantities, type Parcel } from './order.ts';
import type { Setup } from './settings.ts';

interface Parts {
  base: Base;
  setup: Setup;
}

export function serveOrders({ get, post, list }: Endpoints, { base, setup }: Parts): void {
  const { store, emit, dialects } = base;
  const orders = store.collection<Order>('orders');
  const find = (number: string): Order => {
    const order = orders.get(number);
    if (!order) throw refuse(24);
    return order;
  };
  const keep = (order: Order): void => void orders.put(order.OrderNumber, { ...order, ModifiedDate: setup.stamp() });

  // GET api/order/getall, GET api/order/getorders: the document says the same of both.
  const getAll = ({ query }: FastifyRequest) =>
    list(applyQuery(orders.list(), ORDER_FIELDS, query).map((order) => dialects.speak(order.OrderNumber, order)));
  get('/api/order/getall', getAll);
  get('/api/order/getorders', getAll);

  get('/api/order/get/:ordernumber', ({ params }) => {
    const order = find((params as { ordernumber: string }).ordernumber);
    // This has the items that a list of heads leaves out.
    return { ...dialects.speak(order.OrderNumber, order), OrderItems: order.OrderItems };
  });

  post('/api/order/shippinginformation', (body) => {
    const told = readBody(ShippingInformation, body);
    const order = addParcel(find(told.OrderNumber), told);
    keep(order);
    emit({ type: 'order.fulfilled', orderId: order.OrderNumber });
  });

  // POST api/order/updateorderstatus: "from placed to processing", and nothing else.
  post('/api/order/updateorderstatus', (body) => {
    const { OrderNumber, OrderStatusId } = readBody(OrderStatus, body);
    const order = find(OrderNumber);
    if (OrderStatusId !== STATUS.processing) throw refuse(30, `OrderStatusId ${OrderStatusId}`);
    if (order.OrderStatusId === STATUS.processing) throw refuse(33);
    if (order.OrderStatusId !== STATUS.placed) throw refuse(30, `the order's OrderStatusId is ${order.OrderStatusId}`);
    keep({ ...order, OrderStatusId });
  });

  // POST api/order/paymentinformation: from authorized to captured.
  post('/api/order/paymentinformation', (body) => {
    const { OrderNumber, TransactionNumber, AuthorizationCode } = readBody(PaymentInformation, body);
    const order = find(OrderNumber);
    if (order.PaymentStatusId !== PAYMENT.authorized)
      throw refuse(order.TransactionNumber === TransactionNumber ? 27 : 28);
    if (NOT_SOLD.includes(order.OrderStatusId)) throw refuse(30, `OrderStatusId is ${order.OrderStatusId}`);
    if (order.AuthorizationCode !== AuthorizationCode) throw refuse(30, 'AuthorizationCode');
    keep({ ...order, TransactionNumber, PaymentStatusId: PAYMENT.capturedLater });
  });
}

/** The order with one more parcel; throws the refusal of the first thing that is wrong. */
function addParcel(order: Order, { OrderNumber: _number, ...told }: ShippingInformation): Order {
  if (NOT_SOLD.includes(order.OrderStatusId)) throw refuse(30, `OrderStatusId is ${order.OrderStatusId}`);
  checkCarrier(told.CarrierId, told.ServiceTypeId ?? null);
  const parcel: Parcel = {
    CarrierId: told.CarrierId,
    ServiceTypeId: told.ServiceTypeId ?? null,
    TrackingNumber: told.TrackingNumber,
    ShippedDate: told.ShippedDate?.replace(/Z$/, '') ?? null,
    Items: told.Items.map(({ SkuCode, Quantity }) => ({ SkuCode, Quantity })),
  };
  for (const { SkuCode } of parcel.Items)
    if (!order.OrderItems.some((item) => item.SkuCode === SkuCode)) throw refuse(25, SkuCode);
  // Checked before the quantities: a repeated parcel would seem to be too many pieces.
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
  // A carrier without services in the table must come without one.
  const isKnown = services ? serviceTypeId !== null && services[serviceTypeId] !== undefined : !serviceTypeId;
  if (!isKnown) throw refuse(30, `ServiceTypeId ${serviceTypeId ?? 'null'} is not one of carrier ${carrierId}`);
}

/** The same carrier and tracking number, with the same pieces in it. */
function isSame(left: Parcel, right: Parcel): boolean {
  const key = ({ CarrierId, TrackingNumber, Items }: Parcel): string =>
    JSON.stringify([CarrierId, TrackingNumber, Items.map((item) => `${item.Quantity} ${item.SkuCode}`).toSorted()]);
  return key(left) === key(right);
}
