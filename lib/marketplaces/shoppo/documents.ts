/*
 * What is asked of Shoppo: only what its page documents, under the spelling of its examples where its tables have another.
 * A test checks each against schema.graphql. Fields of orders are no fragments, as the page calls their type two names.
 */

const ORDER = /* GraphQL */ `
  id
  status
  refundStatus
  orderItems {
    id
    quantity
    status
    refundedAmount
    trackingNumber
    shippingProvider
    timeRefunded
    sku { originalId }
    shippingPackage {
      courier
      trackingNumber
      isDelivered
      timeShipped
      timeDelivered
      checkpoints { courier time message location }
    }
  }
`;

/** GraphQL's types by the names of variables. */
type Types = Readonly<Record<string, string>>;

const declare = (types: Types): string =>
  Object.entries(types)
    .map(([name, type]) => `$${name}: ${type}`)
    .join(', ');
const pass = (types: Types): string[] => Object.keys(types).map((name) => `${name}: $${name}`);

/** A mutation with what it takes and what its answer is asked for; `literals` stand in it as they are. */
export function mutationOf(name: string, types: Types, answer: string, literals: Types = {}): string {
  const values = [...pass(types), ...Object.entries(literals).map(([key, value]) => `${key}: ${value}`)].join(', ');
  return `mutation ${name}(${declare(types)}) { ${name}(${values}) { ${answer} } }`;
}

/** A page of a list, with what each of its nodes is asked for. */
export function listOf(name: string, node: string, filters: Types = {}): string {
  const types = { first: 'Int', after: 'String', ...filters };
  const page = `length edges { node { ${node} } } pageInfo { hasNextPage endCursor }`;
  return `query ${name}(${declare(types)}) { ${name}(${pass(types).join(', ')}) { ${page} } }`;
}

export const ORDER_LIST = listOf('orderList', ORDER, { filters: 'OrderFilterInput' });

/** The page shows a Sku's identifier in notifications only, and does not say whether the API has that field. */
export type Identifier = 'identifier' | '';

const sku = (identifier: Identifier): string => `id ${identifier} color size price inventory enabled`;
const product = (identifier: Identifier): string => `id name enabled skus { ${sku(identifier)} }`;

export const productList = (identifier: Identifier): string =>
  listOf('productList', product(identifier), { filters: 'ProductFilterInput' });

export const productById = (identifier: Identifier): string => /* GraphQL */ `
  query product($id: ID!) {
    node(id: $id) { ... on Product { ${product(identifier)} } }
  }
`;

export const skuById = (identifier: Identifier): string => /* GraphQL */ `
  query sku($id: ID!) {
    node(id: $id) { ... on Sku { ${sku(identifier)} product { id name enabled } } }
  }
`;

export const CREATE_ORDER = mutationOf(
  'createOrder',
  {
    shippingAddress: 'ShippingAddressInput!',
    orderItems: '[OrderItemInput!]!',
    partnerOrderCode: 'String!',
    partnerSellerName: 'String',
  },
  'order { id status }',
);

const ofOrder = { orderId: 'ID!' };
export const SET_ORDER_AS_PAID = mutationOf(
  'setOrderAsPaid',
  { ...ofOrder, chargeId: 'String!' },
  'order { id status }',
);
export const CANCEL_ORDER = mutationOf('cancelOrder', ofOrder, 'order { id status }');
export const CANCEL_ORDER_ITEM = mutationOf('cancelOrderItem', { orderItemId: 'ID!' }, 'orderItem { id status }');

const ofReply = { ticketId: 'ID!', replyContent: 'String!' };
export const REPLY_TICKET = mutationOf('replyCustomerServiceTicket', ofReply, 'success');
