/** "Will only contain the ID of the order or the ID of the product": under which name, the document does not say. */
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

/** Adding a webhook makes Sello POST to its URL; what, the document does not say: nothing, or JSON without any number. */
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
  if (typeof value === 'object' && value !== null) return Object.values(value).some(holdsNumber);
  return digits(value) !== undefined;
}

function digits(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  return /^\d{1,18}$/.test(text) ? text : undefined;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
