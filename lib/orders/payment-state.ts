import * as z from '#lib/platform/zod';

// Apart from the other schemas of an order: settings of connections name states of payment, and every poller and pusher
// reads those when it starts.

export const PaymentState = z.enum(['paid', 'pending', 'on_delivery', 'on_account', 'refunded', 'partly_refunded']);
export type PaymentState = z.infer<typeof PaymentState>;
