/*
 * What a shipper that keeps an id of its partner's knows our orders by. A code is taken for good, so each placement with
 * it has its own: the order's id, and `~2`, `~3` behind it; `~2.2` is the second try at one that ended there.
 */

/** The code of the n-th placement of an order, at its k-th try. */
export const codeOf = (orderId: string, n: number, k = 1): string => {
  if (k > 1) return `${orderId}~${n}.${k}`;
  return n === 1 ? orderId : `${orderId}~${n}`;
};

const CODE = /^(?<order>.*:.*?)~(?<n>\d{1,4})(?:\.\d{1,4})?$/s;

/** Our order id of a code, and which of its placements it is. */
export function readCode(code: string): { orderId: string; nth?: number } {
  const { order, n } = CODE.exec(code)?.groups ?? {};
  return order === undefined ? { orderId: code } : { orderId: order, nth: Number(n) };
}
