import * as z from '#lib/platform/zod';

/** What the API shows of a SKU as one connection lists or stocks it; members its marketplace never told are absent. */
export const ProductFacts = z.object({
  connection: z.string(),
  sku: z.string(),
  /** The marketplace's own id of it, which its calls need. */
  externalId: z.exactOptional(z.string()),
  ean: z.exactOptional(z.string()),
  title: z.exactOptional(z.string()),
  /** Minor units. */
  price: z.exactOptional(z.object({ amount: z.int(), currency: z.string() })),
  /** Units for sale. */
  quantity: z.exactOptional(z.int()),
  enabled: z.exactOptional(z.boolean()),
  /** Who sells it there, by the marketplace's own id, and whether the marketplace lets them. */
  merchant: z.exactOptional(z.string()),
  merchantEnabled: z.exactOptional(z.boolean()),
  /** The source's instant, ISO 8601 in UTC: older data never overwrite newer ones. */
  updatedAt: z.iso.datetime(),
});

/** One SKU over all connections that deal in it. */
export const Stock = z.object({
  sku: z.string(),
  eans: z.array(z.string()),
  /** Units for sale, over all warehouses, less what was just sold; null if none of them told a number. */
  forSale: z.nullable(z.int()),
  /** What each connection said, and whether it is a warehouse. */
  quantities: z.array(
    z.object({ connection: z.string(), quantity: z.int(), warehouse: z.boolean(), updatedAt: z.iso.datetime() }),
  ),
  /** What each connection sells it for, or asks for it, in minor units. */
  prices: z.array(z.object({ connection: z.string(), amount: z.int(), currency: z.string() })),
});
export type Stock = z.infer<typeof Stock>;

/** Why a SKU's number is what it is: each warehouse's part, and what each channel is told. */
export const StockExplanation = z.object({
  sku: z.string(),
  sentence: z.string(),
  forSale: z.nullable(z.int()),
  warehouses: z.array(
    z.object({
      connection: z.string(),
      /** As it says itself; null if it never told a number. */
      quantity: z.nullable(z.int()),
      /** False: it is disabled there, or its merchant is, so that none of it counts. */
      sells: z.boolean(),
      /** Units just sold that its number still includes. */
      reserved: z.int(),
      counts: z.int(),
      updatedAt: z.iso.datetime(),
    }),
  ),
  channels: z.array(z.object({ connection: z.string(), buffer: z.int(), told: z.nullable(z.int()) })),
});
export type StockExplanation = z.infer<typeof StockExplanation>;
