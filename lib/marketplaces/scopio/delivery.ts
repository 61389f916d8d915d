import type { OrderSnapshot } from '#lib/orders/order';
import { carrierName } from '../kit/carriers.ts';
import { firstText, isObject, member, textOf, unquoted } from '../kit/json.ts';
import { defined, flag, unreadable } from '../kit/shape.ts';
import { carriers } from './manifest.ts';
import type { Address } from './schema.ts';

type PickupPoint = NonNullable<OrderSnapshot['pickupPoint']>;
type Delivery = Pick<OrderSnapshot, 'shippingMethod' | 'shippingCode' | 'pickupPoint'>;

/** "Preferred shipping methods are provided in standardized JSON formats": the first of several is preferred. */
const METHOD = /^(preferred)?(shipping|delivery)methods?$/;
const CODES = ['code', 'id', 'key', 'identifier', 'carrier', 'service', 'type', 'method', 'primary'];
const NAMES = ['name', 'title', 'label', 'description'];
/** Keys of a flag that marks one of several methods. */
const CHOSEN = ['preferred', 'is_preferred', 'selected', 'is_selected'];

/** Keys that name a locker or a shop, or a part of it: `locker`, `pickup_point`, `paczkomatId`, `target_point_name`. */
const POINT =
  /^\w*?(?:locker|(?:parcel|target|inpost|box)machine|paczkomat|parcelshop|pickup|punkt(?:odbioru)?|(?:^|locker|pickup|target|service|access|collection|delivery|shipping|parcel|inpost)point)(id|code|number|name|address)?$/;

/** The buyer's method and pickup point, in any JSON form and in whichever of these members. */
export function readDelivery(order: unknown): Delivery {
  const parts = [member(order, 'shipping'), member(order, 'delivery')];
  const named = keysOf(order).filter(([name]) => METHOD.test(name));
  const chosen = named.map(([, key]) => member(order, key)).find((value) => first(value) != null);
  const whole = first(chosen ?? parts.map(methodIn).find((value) => value != null));
  const [[, key = ''] = [], ...others] = keysOf(whole);
  // `{ "inpost_locker": { … } }`
  const keyed = others.length === 0 ? codeOf(key) : '';
  const inner = member(whole, keyed ? key : 'method');
  const method = isObject(inner) ? inner : whole;
  const name = firstText(method, NAMES) || (isObject(method) ? '' : textOf(method));
  const words = CODES.map((key) => member(method, key)).map((value) => textOf(value) || firstText(value, CODES));
  const codes = words.filter(Boolean);
  const code = keyed || codes.find((one) => /\D/.test(one)) || codeOf(name) || codes[0];
  const places = [method, whole, ...parts].flatMap((part) => [part, ...insideOf(part)]);
  const point = pickupPointIn([...places, member(order, 'shipping_address'), order]);
  return { shippingMethod: name || code || null, ...defined({ shippingCode: code, pickupPoint: point }) };
}

/** What names the buyer's point within an object, as at InPost: `{ "custom_attributes": { "target_point": … } }`. */
const insideOf = (part: unknown): unknown[] =>
  keysOf(part)
    .filter(([name]) => !/^(sender|from|origin|prices?|costs?|options)$/.test(name))
    .filter(([, key]) => keysOf(Object.getOwnPropertyDescriptor(part, key)?.value).some(([name]) => POINT.test(name)))
    .map(([, key]) => member(part, key));

/** The method in something about shipping: a member of it, or the thing itself if it is a word. */
function methodIn(part: unknown): unknown {
  if (!isObject(part)) return /[a-z]/i.test(textOf(part)) ? part : undefined;
  return member(part, 'method') ?? member(part, 'carrier');
}

/** The preferred item of a list, else the first; text that is itself JSON is read. */
function first(value: unknown): unknown {
  if (Array.isArray(value))
    return first(value.find((one) => CHOSEN.some((key) => flag.safeParse(member(one, key)).data)) ?? value[0]);
  const inner = unquoted(value);
  return inner === value ? value : first(inner);
}

/** A word that is one of Scopio's carrier identifiers is a code as well. */
const codeOf = (name: string): string => carrierName(carriers, name) ?? '';

/** The keys of an object, each with its plain letters: what is not looked at stays unread. */
const keysOf = (value: unknown): Array<[string, string]> =>
  isObject(value) && !Array.isArray(value)
    ? Object.keys(value).map((key) => [key.replaceAll(/[_\-\s]/g, '').toLowerCase(), key])
    : [];

function pickupPointIn(places: readonly unknown[]): PickupPoint | undefined {
  for (const place of places) {
    const found: PickupPoint = { id: null, name: null, address: null };
    for (const [name, key] of keysOf(place)) {
      const [match, part = 'id'] = POINT.exec(name) ?? [];
      if (match !== undefined) readPoint(member(place, key), part, found);
    }
    if (found.id ?? found.name ?? found.address) return found;
  }
  return undefined;
}

function readPoint(value: unknown, part: string, found: PickupPoint): void {
  const into = part === 'name' || part === 'address' ? part : 'id';
  if (!isObject(value)) {
    const text = textOf(value);
    if (text !== '' && !/^(true|false|yes|no|tak|nie|0)$/i.test(text)) found[into] ??= text;
    return;
  }
  found.id ??= firstText(value, ['id', 'code', 'number', 'point_id', 'locker_id', 'name']) || null;
  found.name ??= firstText(value, ['name', 'title', 'label', 'description']) || null;
  found.address ??= oneLine(member(value, 'address') ?? (into === 'address' ? value : undefined));
}

/** An address in one line, without who collects there. */
export function oneLine(address: unknown): string | null {
  const parts = isObject(address) ? Object.entries(address) : [['', address] as const];
  const texts = parts.map(([key, part]) => (/^(first|last)_?name$|mail|phone/i.test(key) ? '' : textOf(part)));
  return texts.filter(Boolean).join(', ') || null;
}

/**
 * Throws ContractError for an address that nothing can be sent to: otherwise an address under other keys would read as
 * an order without one.
 */
export function checkDeliverable(address: Address | OrderSnapshot['shippingAddress'], at: string): void {
  const lacking =
    (!address.street_address && 'street_address') ||
    (!address.address_locality && !address.postal_code && 'address_locality') ||
    (!address.address_country && 'address_country');
  if (!lacking) return;
  const looked = 'looked for street_address, address_locality or postal_code, and address_country';
  throw unreadable(`${at}.${lacking}`, `is missing, so that nothing can be delivered: ${looked}`);
}
