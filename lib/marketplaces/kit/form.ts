import { readJson } from '#lib/platform/json';

interface Members {
  [name: string]: string | Members;
}

/**
 * A form-encoded body as the JSON it stands for: `order[id]=7` is `{ "order": { "id": "7" } }`, and a lone `payload` is
 * the JSON in it. Undefined for what is no form.
 */
export function readForm(body: Buffer): unknown {
  const text = body.toString();
  if (!/^[\w%.[\]-]+=/.test(text)) return undefined;
  const form: Members = Object.create(null);
  for (const [name, value] of placed([...new URLSearchParams(text)])) put(form, name, value);
  const [payload, ...others] = Object.values(form);
  if (others.length > 0 || typeof payload !== 'string') return form;
  const json = readJson(payload);
  return json === undefined ? form : json;
}

type Pair = [name: string, value: string];

/**
 * The pairs with a place in each `[]`, if a name comes twice: `items[][sku]` begins another item where the last has a
 * SKU, as Rails writes lists.
 */
function placed(pairs: Pair[]): Pair[] {
  const listed = pairs.map(([name]) => name).filter((name) => name.includes('[]'));
  if (new Set(listed).size === listed.length) return pairs;
  const lists = new Map<string, { place: number; had: Set<string> }>();
  return pairs.map(([name, value]) => {
    const [list = '', ...rest] = name.split('[]');
    if (rest.length === 0) return [name, value];
    const inner = rest.join('[]');
    const { place, had } = lists.get(list) ?? { place: 0, had: new Set() };
    const isNext = rest.length === 1 && had.has(inner);
    const at = isNext ? { place: place + 1, had: new Set([inner]) } : { place, had: had.add(inner) };
    lists.set(list, at);
    return [`${list}[${at.place}]${inner}`, value];
  });
}

function put(form: Members, name: string, value: string): void {
  const [first = '', ...path] = name.split(/\[|\]\[|\]/).filter((part, index) => index === 0 || part !== '');
  let at = form;
  let key = first;
  for (const part of path) {
    const inner = at[key];
    const next: Members = typeof inner === 'object' ? inner : Object.create(null);
    at[key] = next;
    at = next;
    key = part;
  }
  at[key] = value;
}
