import type { Order } from '#lib/orders/order';

/** Shorter words are found in what has nothing to do with the buyer. */
const MIN_LETTERS = 6;

/** What gives a buyer away in a text that no order of his is known for: as JSON has it, in lower case. */
export function tracesOf(orders: readonly Order[]): string[] {
  const words = orders.flatMap(({ buyer, externalId, history, parts = {}, correctedAddress, shippingAddress }) => {
    const snapshots = [history, ...Object.values(parts)].map(({ snapshot }) => snapshot);
    const addresses = [shippingAddress, correctedAddress ?? {}, ...snapshots.map((each) => each.shippingAddress)];
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

/** Whether a body, JSON, a form or neither, has one of the traces in it, however it escapes its letters. */
export function hasTrace(body: string, traces: readonly string[]): boolean {
  const texts = [body, normalJson(body), normalForm(body)].map((text) => text.toLowerCase());
  return traces.some((trace) => texts.some((text) => text.includes(trace)));
}

function normalJson(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return '';
  }
}

const normalForm = (body: string): string =>
  [...new URLSearchParams(body).values()].flatMap((value) => [JSON.stringify(value), normalJson(value)]).join();
