import { firstText, isObject, member, textOf } from './json.ts';

/** Choices of the buyer in any form: objects, text, or lists of names and values; a nameless one goes by its position. */
export function attributesIn(...told: unknown[]): Record<string, string> | undefined {
  const pairs = told.flatMap((one): Array<[string, unknown]> => {
    if (isObject(one) && !Array.isArray(one)) return Object.entries(one);
    return [one]
      .flat()
      .map((each, index) => [
        firstText(each, ['name', 'Name', 'key']) || `${index + 1}`,
        member(each, 'value') ?? member(each, 'Value') ?? each,
      ]);
  });
  const texts = pairs.map(
    ([name, value]) => [name, typeof value === 'boolean' ? String(value) : textOf(value)] as const,
  );
  const said = texts.filter(([, text]) => text !== '');
  return said.length > 0 ? Object.fromEntries(said) : undefined;
}
