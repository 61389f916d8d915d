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

export const ORDER_LIST = /* GraphQL */ `
  query orderList($first: Int, $after: String, $filters: OrderFilterInput) {
    orderList(first: $first, after: $after, filters: $filters) {
      length
      edges { node { ${ORDER} } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** The page shows a Sku's identifier in notifications only, and does not say whether the API has that field. */
export type Identifier = 'identifier' | '';

const sku = (identifier: Identifier): string => `id ${identifier} color size price inventory enabled`;
const product = (identifier: Identifier): string => `id name enabled skus { ${sku(identifier)} }`;

export const productList = (identifier: Identifier): string => /* GraphQL */ `
  query productList($first: Int, $after: String, $filters: ProductFilterInput) {
    productList(first: $first, after: $after, filters: $filters) {
      length
      edges { node { ${product(identifier)} } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

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

export const CREATE_ORDER = /* GraphQL */ `
  mutation createOrder(
    $shippingAddress: ShippingAddressInput!
    $orderItems: [OrderItemInput!]!
    $partnerOrderCode: String!
    $partnerSellerName: String
  ) {
    createOrder(
      shippingAddress: $shippingAddress
      orderItems: $orderItems
      partnerOrderCode: $partnerOrderCode
      partnerSellerName: $partnerSellerName
    ) {
      order { id status }
    }
  }
`;

export const SET_ORDER_AS_PAID = /* GraphQL */ `
  mutation setOrderAsPaid($orderId: ID!, $chargeId: String!) {
    setOrderAsPaid(orderId: $orderId, chargeId: $chargeId) {
      order { id status }
    }
  }
`;

export const CANCEL_ORDER = /* GraphQL */ `
  mutation cancelOrder($orderId: ID!) {
    cancelOrder(orderId: $orderId) {
      order { id status }
    }
  }
`;

export const CANCEL_ORDER_ITEM = /* GraphQL */ `
  mutation cancelOrderItem($orderItemId: ID!) {
    cancelOrderItem(orderItemId: $orderItemId) {
      orderItem { id status }
    }
  }
`;

export const REPLY_TICKET = /* GraphQL */ `
  mutation ReplyCustomerServiceTicket($ticketId: ID!, $replyContent: String!) {
    replyCustomerServiceTicket(ticketId: $ticketId, replyContent: $replyContent) {
      success
    }
  }
`;
