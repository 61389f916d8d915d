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
  const pairs = [...new URLSearchParams(text)];
  for (const [name, value] of pairs) put(form, name, value);
  const [payload, ...others] = Object.values(form);
  if (others.length > 0 || typeof payload !== 'string') return form;
  const json = readJson(payload);
  return json === undefined ? form : json;
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
