/** The calls that Shoppo makes, each to its own URL: the seven notifications and the ticket-reply callback. */
export const TOPICS = [
  'create-product',
  'update-product',
  'create-sku',
  'update-sku',
  'toggle-merchant',
  'cancel-partner-order',
  'deliver-partner-order',
  'reply-ticket',
] as const;
export type Topic = (typeof TOPICS)[number];
