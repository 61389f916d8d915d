import * as z from '#lib/platform/zod';

/** How far an order has come. */
const Stage = z.enum([
  'unreleased',
  'placing',
  'placed',
  'to_ship',
  'partly_shipped',
  'shipped',
  'told',
  'returned',
  'cancelled',
  'blocked',
  'dead',
]);

/** Whom an order waits for, what for, since when and until when: by then it should be there, or is tried again. */
export const WaitsFor = z.object({
  who: z.enum(['you', 'shipper', 'marketplace', 'buyer', 'hub', 'nobody']),
  what: z.nullable(
    z.enum(['connection', 'route', 'order', 'decision', 'release', 'payment', 'attempt', 'parcel', 'cancellation']),
  ),
  since: z.nullable(z.iso.datetime()),
  until: z.nullable(z.iso.datetime()),
});
export type WaitsFor = z.infer<typeof WaitsFor>;

/** Why an order is where it is. Times of the sentence are UTC. */
export const Explanation = z.object({ order: z.string(), stage: Stage, sentence: z.string(), waitsFor: WaitsFor });
export type Explanation = z.infer<typeof Explanation>;
