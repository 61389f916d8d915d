import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ErrorDetail } from '#lib/errors';
import { orderSchema, referredSchemas } from './schema-list.ts';

let compiled: ValidateFunction | undefined;

/** Compiled at first use: only handlers that send orders out pay for it. */
function compile(): ValidateFunction {
  // UCP's own keywords (`ucp_request`) are not JSON Schema's: strict mode would refuse them.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  for (const schema of referredSchemas) ajv.addSchema(schema);
  return ajv.compile(orderSchema);
}

/**
 * What keeps an order from being a valid UCP 2026-04-08 order; empty when nothing does.
 * Names paths and rules, never values: those may be the buyer's.
 */
export function validateUcpOrder(order: unknown): ErrorDetail[] {
  compiled ??= compile();
  if (compiled(order)) return [];
  return (compiled.errors ?? []).map(({ instancePath, message }) => {
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
