import { firstText, isObject, member, textOf, unquoted } from './json.ts';

/** Choices of the buyer in any form: objects, text, or lists of names and values; a nameless one goes by its position. */
export function attributesIn(...values: unknown[]): Record<string, string> | undefined {
  const all = values.map(unquoted).flatMap((one): unknown[] => {
    if (Array.isArray(one)) return one;
    if (isObject(one)) return Object.entries(one).map(([name, value]) => ({ name, value }));
    // A number or flag in their place says how many there are, or whether.
    return typeof one === 'string' ? [one] : [];
  });
  const texts = all.map((each, index) => {
    const value = member(each, 'value') ?? member(each, 'Value') ?? each;
    const name = firstText(each, ['name', 'Name', 'key']) || `${index + 1}`;
    return [name, typeof value === 'boolean' ? String(value) : textOf(value)] as const;
  });
  const said = texts.filter(([, text]) => text !== '');
  return said.length > 0 ? Object.fromEntries(said) : undefined;
}
