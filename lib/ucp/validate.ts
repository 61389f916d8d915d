import type { ErrorDetail } from '#lib/platform/errors';
import { validate } from './generated/order-validator.js';

/**
 * What makes an order no valid UCP 2026-04-08 order; empty if it is one. Names paths and rules, never values: those may
 * be the buyer's.
 */
export function validateUcpOrder(order: unknown): ErrorDetail[] {
  if (validate(order)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => {
    const field = pathOf(instancePath);
    return { code: 'ucp_invalid', description: `${field || 'the order'} ${message ?? 'is not valid'}`, field };
  });
}

/** `/line_items/0/item` → `line_items[0].item`. */
const pathOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
