import type { Base } from '../base.ts';
import { controlRefusal, readControl } from '../refusal.ts';
import { refuse } from './answers.ts';
import { ReturnRequest, readBody } from './bodies.ts';
import type { Endpoints } from './calls.ts';
import { RETURN_INITIATED, RETURN_TYPES } from './ids.ts';
import { applyQuery } from './odata.ts';
import type { Fields } from './odata-filter.ts';
import type { Order, ParcelItem } from './order.ts';
import { ChangeReturn, PlaceReturn } from './schema.ts';
import type { Setup } from './settings.ts';

/** A return request, kept in the shape it is shown. */
export interface Return {
  ReturnNumber: string;
  OrderNumber: string;
  ReturnStatusId: number;
  ReturnTypeId: number;
  Items: ParcelItem[];
  Reason: string | null;
  CreatedDate: string;
  ModifiedDate: string;
}

const RETURN_FIELDS: Fields = {
  ReturnNumber: 'string',
  OrderNumber: 'string',
  ReturnStatusId: 'number',
  ReturnTypeId: 'number',
  CreatedDate: 'date',
  ModifiedDate: 'date',
};

/** Return requests, from either side. */
export type Returns = ReturnType<typeof createReturns>;

const FIRST_RETURN = 5001;

export function createReturns({ store }: Base, setup: Setup) {
  const returns = store.collection<Return>('returns');
  const orders = store.collection<Order>('orders');

  const open = (order: Order, about: Pick<Return, 'ReturnTypeId' | 'Items' | 'Reason'>): Return => {
    const at = setup.stamp();
    const ReturnNumber = String(store.next('returns', FIRST_RETURN));
    const { OrderNumber } = order;
    const dates = { CreatedDate: at, ModifiedDate: at };
    return returns.put(ReturnNumber, {
      ReturnNumber,
      OrderNumber,
      ReturnStatusId: RETURN_INITIATED,
      ...about,
      ...dates,
    });
  };

  return {
    list: () => returns.list(),
    /** A buyer asks for a return: of everything, if no items are given. */
    place(order: Order, input: unknown) {
      const { Items, Reason, ReturnTypeId } = readControl(PlaceReturn, input);
      const everything = order.OrderItems.map(({ SkuCode, Quantity }) => ({ SkuCode, Quantity }));
      return open(order, { ReturnTypeId, Items: Items ?? everything, Reason: Reason ?? null });
    },
    change(number: string, input: unknown) {
      const known = returns.get(number);
      if (!known) throw controlRefusal(404, 'not_found', `no return ${number}`);
      return returns.put(number, { ...known, ...readControl(ChangeReturn, input), ModifiedDate: setup.stamp() });
    },
    serve({ get, post, list }: Endpoints) {
      get('/api/return/getall', ({ query }) => list(applyQuery(returns.list(), RETURN_FIELDS, query)));

      get('/api/return/get/:returnnumber', ({ params }) => {
        const known = returns.get((params as { returnnumber: string }).returnnumber);
        if (!known) throw refuse(24);
        return known;
      });

      post('/api/return/return', (body) => {
        const { OrderNumber, ReturnTypeId, Items, Reason } = readBody(ReturnRequest, body);
        const order = orders.get(OrderNumber);
        if (!order) throw refuse(24);
        if (!RETURN_TYPES[ReturnTypeId]) throw refuse(30, 'ReturnTypeId');
        checkItems(order, returns.list(), Items);
        open(order, { ReturnTypeId, Items, Reason: Reason ?? null });
      });
    },
  };
}

function checkItems(order: Order, returns: readonly Return[], wanted: readonly ParcelItem[]): void {
  const earlier = returns.filter(({ OrderNumber }) => OrderNumber === order.OrderNumber).flatMap(({ Items }) => Items);
  const pieces = (items: readonly ParcelItem[], sku: string): number =>
    items.reduce((sum, { SkuCode, Quantity }) => sum + (SkuCode === sku ? Quantity : 0), 0);
  for (const { SkuCode } of wanted) {
    const ordered = pieces(order.OrderItems, SkuCode);
    if (ordered === 0) throw refuse(25, SkuCode);
    if (pieces(earlier, SkuCode) >= ordered) throw refuse(33);
    if (pieces([...earlier, ...wanted], SkuCode) > ordered) throw refuse(30, `Quantity of ${SkuCode}`);
  }
}
