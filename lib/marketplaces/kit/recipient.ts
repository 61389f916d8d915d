import { BlockedError } from '#lib/platform/errors';

/** Each member of theirs: its value, and the member of our address that has it, with what it may be in brackets. */
type Wanted<Key extends string> = Readonly<Record<Key, readonly [value: string | null | undefined, member: string]>>;

/** The recipient as a shipper wants it, in texts that are not blank. Throws as `incomplete` for what the address lacks. */
export function recipientOf<Key extends string>(wanted: Wanted<Key>): Record<Key, string> {
  const all = Object.entries<Wanted<Key>[Key]>(wanted);
  const texts = all.map(([key, [value]]) => [key, value?.trim() ?? ''] as const);
  const lacking = all.filter((_, index) => texts[index]?.[1] === '').map(([, [, member]]) => member);
  if (lacking.length > 0) throw incomplete(lacking);
  return Object.fromEntries(texts) as Record<Key, string>;
}

/** BlockedError `address_incomplete` that names members of the shipping address. */
export function incomplete(members: readonly string[]): BlockedError {
  const fields = members.map((member) => `shippingAddress.${member}`);
  const description = `the order cannot be shipped before its address has ${fields.join(', ')}: correct it`;
  return new BlockedError({ code: 'address_incomplete', description, field: fields[0]?.split(' ')[0] ?? '' }, 'order');
}
