import type { Order } from '#lib/orders/order';

/** Shorter words are found in what has nothing to do with the buyer. */
const MIN_LETTERS = 6;

/** What gives a buyer away in a text that no order of his is known for: as JSON has it, in lower case. */
export function tracesOf(orders: readonly Order[]): string[] {
  const words = orders.flatMap(({ buyer, externalId, history, parts = {}, correctedAddress, shippingAddress }) => {
    const snapshots = [history, ...Object.values(parts)].map(({ snapshot }) => snapshot);
    const said = snapshots.flatMap((each) => [each.shippingAddress, each.billingAddress ?? {}]);
    const addresses = [shippingAddress, correctedAddress ?? {}, ...said];
    return [
      ...[buyer, ...snapshots.map((each) => each.buyer), ...addresses].flatMap((who) => [who.email, who.phone_number]),
      ...addresses.flatMap(({ street_address }) => street_address),
      `"${externalId}"`,
    ];
  });
  const known = words.filter((word) => word !== undefined && word.trim().length >= MIN_LETTERS) as string[];
  return [...new Set(known.map((word) => (word.startsWith('"') ? word : inJson(word)).toLowerCase()))];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Whether a body, JSON, a form or neither, has one of the traces in it, however it writes its letters and ids. */
export function hasTrace(body: string, traces: readonly string[]): boolean {
  const texts = [body, normalJson(body), normalForm(body)].map((text) => text.toLowerCase());
  return traces.some((trace) => texts.some((text) => text.includes(trace)));
}

const ESCAPED = /\\(?:u([0-9a-f]{4})|\/)/gi;

/** JSON that was cut, or is broken, is at least without the escapes that it need not have. */
function normalJson(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), withTextIds);
  } catch {
    return body.replaceAll(ESCAPED, (_, code = '2f') => String.fromCharCode(Number.parseInt(code, 16)));
  }
}

/** Several marketplaces have numbers as ids, which are texts of an order; other numbers name nobody. */
const withTextIds = (name: string, value: unknown): unknown =>
  typeof value === 'number' && /(id|number|order)$/i.test(name) ? String(value) : value;

const normalForm = (body: string): string =>
  [...new URLSearchParams(body).values()].flatMap((value) => [JSON.stringify(value), normalJson(value)]).join();
