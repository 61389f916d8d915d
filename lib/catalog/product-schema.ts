import * as z from '#lib/platform/zod';

/** What callers are told of a SKU as one connection lists or stocks it; what its marketplace never said is absent. */
export const ProductFacts = z.object({
  connection: z.string(),
  sku: z.string(),
  /** The marketplace's own id of it, which its calls want. */
  externalId: z.exactOptional(z.string()),
  ean: z.exactOptional(z.string()),
  title: z.exactOptional(z.string()),
  /** Minor units. */
  price: z.exactOptional(z.object({ amount: z.int(), currency: z.string() })),
  /** Units for sale. */
  quantity: z.exactOptional(z.int()),
  enabled: z.exactOptional(z.boolean()),
  /** The source's instant, ISO 8601 in UTC: an older word never overwrites a newer one. */
  updatedAt: z.iso.datetime(),
});

/** One SKU over all connections that deal in it. */
export const Stock = z.object({
  sku: z.string(),
  /** Units for sale, over all warehouses; null where none of them said a number. */
  forSale: z.nullable(z.int()),
  /** What each connection said, and whether it is a warehouse. */
  quantities: z.array(
    z.object({ connection: z.string(), quantity: z.int(), warehouse: z.boolean(), updatedAt: z.iso.datetime() }),
  ),
});
export type Stock = z.infer<typeof Stock>;
