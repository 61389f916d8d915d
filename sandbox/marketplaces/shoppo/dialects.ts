import { asTexts, type Dialect, type Dialects, lacking, type Shown } from '../dialects.ts';

const OPTIONAL = /^(trackingNumber|shippingProvider|timeRefunded|timeDelivered|refundStatus)$/;

/** An order worded differently with the same meaning; the API's types leave little room for that. */
export const DIALECTS = {
  texts: asTexts,
  absent: lacking(OPTIONAL, 'absent'),
  nulls: lacking(OPTIONAL, 'null'),
  'holes-in-lists': ({ orderItems: items, ...shown }) => ({
    ...shown,
    orderItems: Array.isArray(items) ? [null, ...items] : items,
  }),
  'other-members': (shown) => ({ ...shown, status: 'IN_CUSTOMS', warehouse: { id: 1 } }),
} as const satisfies Record<string, Dialect>;

/** An answer with each of its orders in the dialect chosen for that order. */
export function speakOrders(answer: unknown, dialects: Dialects): unknown {
  if (Array.isArray(answer)) return answer.map((each) => speakOrders(each, dialects));
  if (typeof answer !== 'object' || answer === null) return answer;
  const shown = answer as Shown;
  if ('orderItems' in shown) return dialects.speak(String(shown.id), shown);
  return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, speakOrders(value, dialects)]));
}
