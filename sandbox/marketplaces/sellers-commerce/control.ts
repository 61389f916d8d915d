import type { FastifyInstance } from 'fastify';
import type { Fault, Faults } from '../faults.ts';
import { readControl } from '../refusal.ts';
import type { Store } from '../store.ts';
import { answer } from './answers.ts';
import { readReceived } from './calls.ts';
import * as ids from './ids.ts';
import type { Returns } from './returns.ts';
import { ExpireTokens, Force, SetLifetimes, SetStock } from './schema.ts';
import type { Setup } from './settings.ts';
import type { Shop } from './shop.ts';
import type { Stock } from './stock.ts';
import type { Lifetimes, Tokens } from './tokens.ts';

interface Parts {
  store: Store;
  faults: Faults;
  shop: Shop;
  stock: Stock;
  returns: Returns;
  tokens: Tokens;
  setup: Setup;
}

/** SellersCommerce's part of the control surface. */
export function serveSellersCommerceControl(app: FastifyInstance, parts: Parts): void {
  const { store, faults, shop, stock, returns, tokens, setup } = parts;

  app.post('/orders', async ({ body }, reply) => reply.code(201).send({ orders: shop.place(body ?? undefined) }));
  app.get('/orders', async () => ({ orders: shop.list() }));
  app.get<{ Params: { number: string } }>('/orders/:number', async ({ params }) => ({
    order: shop.get(params.number),
  }));
  app.patch<{ Params: { number: string } }>('/orders/:number', async ({ params, body }) => ({
    order: shop.modify(params.number, body),
  }));
  app.post<{ Params: { number: string } }>('/orders/:number/cancel', async ({ params }) => ({
    order: shop.cancel(params.number),
  }));
  app.post<{ Params: { number: string } }>('/orders/:number/return', async ({ params, body }, reply) =>
    reply.code(201).send({ return: returns.place(shop.get(params.number), body) }),
  );
  app.get('/returns', async () => ({ returns: returns.list() }));
  app.patch<{ Params: { number: string } }>('/returns/:number', async ({ params, body }) => ({
    return: returns.change(params.number, body),
  }));

  app.get('/stock', async () => ({ skus: stock.list() }));
  app.put('/stock', async ({ body }) => ({ sku: stock.set(readControl(SetStock, body)) }));

  app.get('/clock', async () => setup.clock());
  app.put('/clock', async ({ body }) => setup.setClock(body));
  app.get('/settings', async () => setup.settings());
  app.put('/settings', async ({ body }) => setup.change(body));

  app.get('/tokens', async () => tokens.report());
  app.put('/tokens', async ({ body }) => ({ lifetimes: setLifetimes(tokens, body) }));
  app.post('/tokens/expire', async ({ body }) => ({ expired: tokens.expire(readControl(ExpireTokens, body).which) }));

  app.post('/force', async ({ body }, reply) => reply.code(201).send({ fault: force(faults, body) }));
  app.get('/received', async () => readReceived(store));
  app.get('/ids', async () => ids);
}

/** Adds a fault that answers an endpoint with a response code of the document. */
export function force(faults: Faults, input: unknown): Fault {
  const { on, code, httpStatus, times, afterWork, contains } = readControl(Force, input);
  const { httpStatus: documented, body } = answer(code);
  const filter = contains === undefined ? {} : { contains };
  return faults.add({ on, kind: 'status', status: httpStatus ?? documented, body, times, afterWork, ...filter });
}

export function setLifetimes(tokens: Tokens, input: unknown): Lifetimes {
  const given = Object.entries(readControl(SetLifetimes, input)).filter(([, seconds]) => seconds !== undefined);
  return tokens.setLifetimes(Object.fromEntries(given));
}
