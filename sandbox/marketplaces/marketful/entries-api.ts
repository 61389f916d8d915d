import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Base } from '../base.ts';
import { authAnswers, authenticate, type Credentials, isBlank, parametersOf, refuse, wholeNumber } from './answers.ts';
import type { Stock } from './stock.ts';

/** Goods announced to the warehouse: pieces by SKU. */
export interface Entry {
  token: string;
  at: string;
  receivedAt: string | null;
  quantities: Record<string, number>;
}

interface Parts {
  base: Base;
  credentials: Credentials;
  stock: Stock;
}

/** The endpoint that announces goods. */
export function serveEntries(app: FastifyInstance, { base, credentials, stock }: Parts): void {
  const entries = base.store.collection<Entry>('entries');

  const known = { preHandler: authenticate(credentials, authAnswers.entries) };
  app.post('/entradas/nueva_entrada_api', known, async (request) => {
    const parameters = parametersOf(request);
    if (!('entry_order' in parameters)) throw refuse([403, "Parameter 'entry_order' must be present"]);
    const { entry_order: announced } = parameters;
    if (typeof announced !== 'object' || isBlank(announced) || Object.keys(announced ?? {}).length === 0)
      throw refuse([402, 'entry_order is null']);
    const quantities = Object.entries(announced ?? {}).map(([sku, value]) => [sku, wholeNumber(value) ?? 0] as const);
    const wrong = quantities.filter(([sku, quantity]) => quantity <= 0 || !stock.bySku(sku)).map(([sku]) => sku);
    if (wrong.length > 0) {
      const message = 'The following items were not found or their inventory is less than or equal to zero';
      throw refuse([401, message], { items: wrong });
    }
    const token = randomUUID().slice(0, 8);
    const at = base.now().toISOString();
    entries.put(token, { token, at, receivedAt: null, quantities: Object.fromEntries(quantities) });
    return { message: 'Success', order_token: token, description: 'Order created successfully' };
  });
}
