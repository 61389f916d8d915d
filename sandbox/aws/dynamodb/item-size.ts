import type { AttributeValue, Item } from './dynalite.ts';

/** Bytes of an item as AWS counts them: names and values in UTF-8, numbers by their digits. */
export function itemSize(item: Item): number {
  let size = 0;
  for (const name in item) {
    const value = item[name];
    if (value) size += Buffer.byteLength(name) + valueSize(value);
  }
  return size;
}

/** Bytes of a list or map without its members, each of which costs one more. */
const CONTAINER = 3;

function valueSize(value: AttributeValue): number {
  for (const type in value) return sizeAs(type, value[type]);
  return 0;
}

function sizeAs(type: string, inner: unknown): number {
  switch (type) {
    case 'S':
      return Buffer.byteLength(inner as string);
    case 'N':
      return numberSize(inner as string);
    case 'B':
      return Buffer.byteLength(inner as string, 'base64');
    case 'SS':
    case 'NS':
    case 'BS':
      return (inner as string[]).reduce((sum, member) => sum + sizeAs(type.slice(0, 1), member), 0);
    case 'L':
      return (inner as AttributeValue[]).reduce((sum, member) => sum + 1 + valueSize(member), CONTAINER);
    case 'M':
      return CONTAINER + Object.keys(inner as Item).length + itemSize(inner as Item);
    default:
      return 1;
  }
}

/** One byte for every two significant digits, one for the exponent, one for a minus sign. */
function numberSize(text: string): number {
  const digits = text.replace(/^-?0*\.?0*|\.|[eE].*$/g, '').replace(/0+$/, '').length;
  return 1 + Math.ceil(digits / 2) + (text.startsWith('-') ? 1 : 0);
}
