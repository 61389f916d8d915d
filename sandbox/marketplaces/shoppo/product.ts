import { Buffer } from 'node:buffer';
import { type Image, imageFor, type Video } from './image.ts';

export interface Merchant {
  id: string;
  name: string;
  enabled: boolean;
}

/** A product as the sandbox keeps it; times in unix seconds. */
export interface Product {
  id: string;
  identifier: string;
  merchantId: string;
  name: string;
  brand: string;
  description: string;
  tags: string[];
  features: string[];
  categoryId: string;
  targetUserType: 'ALL' | 'MEN' | 'WOMEN' | 'UNKNOWN';
  enabled: boolean;
  video: boolean;
  timeCreated: number;
  timeUpdated: number;
}

/** A Sku as the sandbox keeps it; money in cents of USD. */
export interface Sku {
  id: string;
  productId: string;
  identifier: string;
  description: string;
  color: string;
  size: string | null;
  price: number;
  shippingPrice: number;
  msrp: number | null;
  shippingTime: string;
  inventory: number;
  enabled: boolean;
  length: string | null;
  width: string | null;
  height: string | null;
  weight: string | null;
  timeUpdated: number;
}

export interface Category {
  id: string;
  categoryId: string;
  path: string;
}

export const CATEGORIES: readonly Category[] = [
  // The page's own example of a category.
  {
    id: categoryRelayId('5010101'),
    categoryId: '5010101',
    path: 'Beauty > Makeup & Beauty > Fragrance > Aromatherapy',
  },
  { id: categoryRelayId('3020204'), categoryId: '3020204', path: 'Home > Kitchen & Dining > Lunch Boxes' },
  { id: categoryRelayId('3020207'), categoryId: '3020207', path: 'Home > Kitchen & Dining > Bottles' },
  { id: categoryRelayId('1010303'), categoryId: '1010303', path: 'Fashion > Accessories > Scarves' },
];

export function categoryOf(categoryId: string): Category {
  const known = CATEGORIES.find((category) => category.categoryId === categoryId);
  return known ?? { id: categoryRelayId(categoryId), categoryId, path: categoryId };
}

export const imagesOf = ({
  id,
  identifier,
}: Pick<Product, 'id' | 'identifier'>): Record<'cover' | 'white' | 'extra', Image> => ({
  cover: imageFor(`${id}:cover`, identifier),
  white: imageFor(`${id}:white`, identifier),
  extra: imageFor(`${id}:extra`, identifier),
});

export function videoOf({ id }: Pick<Product, 'id'>): Video {
  const { id: video, checksum } = imageFor(`${id}:video`, 'video');
  return { id: video, checksum, rowUrl: `https://cdn.shoppo.example/videos/${checksum}.mp4` };
}

/** Cents as the float the API speaks. */
export const toFloat = (cents: number): number => cents / 100;

function categoryRelayId(categoryId: string): string {
  return Buffer.from(`ConsumerProductCategory:${categoryId}`).toString('base64url');
}
