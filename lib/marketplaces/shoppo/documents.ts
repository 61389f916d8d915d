import { listOf, mutationOf, nodeOf } from '../kit/graphql-documents.ts';

/*
 * What Shoppo is asked for: only what its page documents, spelled as in its examples if its tables differ. A test
 * checks each document against schema.graphql. Order fields are no fragment, as the page gives their type two names.
 */

const ORDER = /* GraphQL */ `
  id status refundStatus
  orderItems {
    id quantity status refundedAmount
    trackingNumber shippingProvider timeRefunded
    sku { originalId }
    shippingPackage {
      courier trackingNumber isDelivered timeShipped timeDelivered
      checkpoints { courier time message location }
    }
  }
`;

export const ORDER_LIST = listOf('orderList', ORDER, 'OrderFilterInput');

const SKU = 'id identifier color size price inventory enabled';
const PRODUCT = `id name enabled skus { ${SKU} }`;
export const PRODUCT_LIST = listOf('productList', PRODUCT, 'ProductFilterInput');
export const PRODUCT_BY_ID = nodeOf('product', 'Product', PRODUCT);
export const SKU_BY_ID = nodeOf('sku', 'Sku', `${SKU} product { id name enabled }`);

/** Fields in no query of the page: one is in its notifications, the others in its tables, in two spellings. */
const UNSHOWN = / (identifier|refundStatus|refundedAmount|timeRefunded|shippingProvider)\b/g;
export const onlyShown = (document: string): string => document.replaceAll(UNSHOWN, '');

const ofOrder = { orderId: 'ID!' };
const ORDER_STATE = 'order { id status }';
const ofGoods = { shippingAddress: 'ShippingAddressInput!', orderItems: '[OrderItemInput!]!' };
const ofPartner = { partnerOrderCode: 'String!', partnerSellerName: 'String' };
export const CREATE_ORDER = mutationOf('createOrder', { ...ofGoods, ...ofPartner }, ORDER_STATE);
/** "please check the order status and it should be OPEN". */
export const SET_ORDER_AS_PAID = mutationOf('setOrderAsPaid', { ...ofOrder, chargeId: 'String!' }, ORDER_STATE);
/** "only when all order items status of this order are PAID". */
export const CANCEL_ORDER = mutationOf('cancelOrder', ofOrder, ORDER_STATE);
/** "Only when order item status is PAID". */
export const CANCEL_ORDER_ITEM = mutationOf('cancelOrderItem', { orderItemId: 'ID!' }, 'orderItem { id status }');

const ofReply = { ticketId: 'ID!', replyContent: 'String!' };
export const REPLY_TICKET = mutationOf('replyCustomerServiceTicket', ofReply, 'success');
