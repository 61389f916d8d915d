import { ChangeType } from '#lib/connections/endpoint-schema';
import * as z from '#lib/platform/zod';

/** Something that was committed and that a seller's system may care about: what it is about, not what it says. */
export const Change = z.object({
  /** A change that is told again has the id it had before. */
  id: z.string(),
  type: ChangeType,
  order: z.nullable(z.string()),
  connection: z.string(),
  /** The order's revision, which all changes of one commit share; the product's where there is no order. */
  revision: z.nullable(z.int()),
  occurredAt: z.iso.datetime(),
  /** Members of the order that have another value now. */
  changed: z.array(z.string()),
  /** The delivery that it is about. */
  delivery: z.nullable(z.string()),
  sku: z.nullable(z.string()),
});
export type Change = z.infer<typeof Change>;
