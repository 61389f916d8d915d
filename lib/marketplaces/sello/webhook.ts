import type { Webhook } from '../contract.ts';
import { isExact, isObject, member, textOf } from '../kit/json.ts';
import { urlSecret } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

// "Include a secret key in the URL you provide": Sello signs nothing.
export const webhook: Webhook = {
  info,
  ...urlSecret,
  isTest: isWithoutId,
};

/**
 * "Will only contain the ID of the order or the ID of the product": under which name, the document does not say.
 * Undefined where there is none, empty for one that JSON has rounded.
 */
export function findId(body: unknown, kind: 'order' | 'product'): string | undefined {
  const candidates = [
    member(body, `${kind}_id`),
    member(member(body, kind), 'id'),
    member(body, kind),
    member(body, 'id'),
    body,
  ];
  return candidates.map(digits).find((id) => id !== undefined);
}

/**
 * Sello POSTs to the URL of a webhook that is added. The document does not say what: taken as nothing, or as JSON
 * without a number.
 */
export function isWithoutId(bytes: Buffer): boolean {
  const text = bytes.toString().trim();
  if (text === '') return true;
  try {
    return !holdsNumber(JSON.parse(text));
  } catch {
    return false;
  }
}

function holdsNumber(value: unknown): boolean {
  if (isObject(value)) return Object.values(value).some(holdsNumber);
  return digits(value) !== undefined;
}

/**
 * Undefined for what is no id; empty for a number that JSON has rounded, so that nothing else is taken in its place.
 */
function digits(value: unknown): string | undefined {
  if (!isExact(value)) return '';
  const text = textOf(value);
  return /^\d{1,18}$/.test(text) ? text : undefined;
}
