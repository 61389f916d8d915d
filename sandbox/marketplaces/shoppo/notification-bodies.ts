import type { Image } from './image.ts';
import { categoryOf, imagesOf, type Merchant, type Product, type Sku, toFloat, videoOf } from './product.ts';

/**
 * The body of create-product and update-product: the keys of the page's JSON, the types of its table.
 * A new product's body holds no id, as printed.
 */
export function productBody(
  topic: 'create-product' | 'update-product',
  { product, skus, merchant }: { product: Product; skus: readonly Sku[]; merchant: Merchant },
): Record<string, unknown> {
  const images = imagesOf(product);
  const category = categoryOf(product.categoryId);
  return {
    ...(topic === 'update-product' ? { product_id: product.id } : {}),
    identifier: product.identifier,
    brand: product.brand,
    tags: product.tags,
    name: product.name,
    inventory: skus.reduce((sum, { inventory }) => sum + inventory, 0),
    target_user_type: product.targetUserType,
    enabled: product.enabled,
    category_id: product.categoryId,
    consumer_category: [
      { id: category.id, original_id: category.id, category_id: category.categoryId, path: category.path },
    ],
    cover_image: imageBody(images.cover),
    white_background_image: imageBody(images.white),
    cover_video: product.video ? videoBody(product) : null,
    extra_images: [imageBody(images.extra)],
    merchant: { id: merchant.id, name: merchant.name },
    time_updated: product.timeUpdated,
  };
}

/** The body of create-sku and update-sku. A new Sku's body holds no id, as printed. */
export const skuBody = (
  topic: 'create-sku' | 'update-sku',
  { sku, merchant }: { sku: Sku; merchant: Merchant },
): Record<string, unknown> => ({
  ...(topic === 'update-sku' ? { sku_id: sku.id } : {}),
  identifier: sku.identifier,
  description: sku.description,
  color: sku.color,
  size: sku.size,
  inventory: sku.inventory,
  price: toFloat(sku.price),
  shipping_price: toFloat(sku.shippingPrice),
  msrp: sku.msrp === null ? null : toFloat(sku.msrp),
  shipping_time: sku.shippingTime,
  length: sku.length,
  width: sku.width,
  height: sku.height,
  weight: sku.weight,
  cover_image: imageBody(imagesOf(sku).cover),
  enabled: sku.enabled,
  // The page prints the key with an empty string, and does not say what it holds.
  global_shipping_config: '',
  merchant: { id: merchant.id, name: merchant.name },
  time_updated: sku.timeUpdated,
});

const imageBody = (image: Image): Record<string, unknown> => ({
  id: image.id,
  original_id: image.id,
  checksum: image.checksum,
  original_width: image.originalWidth,
  original_height: image.originalHeight,
  original_url: image.originalUrl,
  main_color: image.mainColor,
  type: image.type,
  versions: image.versions,
  schema: 'https',
});

function videoBody(product: Product): Record<string, unknown> {
  const { id, checksum, rowUrl } = videoOf(product);
  return {
    id,
    original_id: id,
    checksum,
    raw_path: new URL(rowUrl).pathname,
    hls_path: new URL(rowUrl).pathname.replace('.mp4', '.m3u8'),
    cover_image: imageBody(imagesOf(product).cover),
  };
}
