import { createBase, type SandboxOptions } from '../base.ts';
import type { Failure } from '../fault-hooks.ts';
import { serve } from '../server.ts';
import { noWebhooks } from '../webhook-sender.ts';
import { createEndpoints, readReceived } from './calls.ts';
import { force, serveSellersCommerceControl, setLifetimes } from './control.ts';
import { DIALECTS } from './dialects.ts';
import { serveOrders } from './orders-api.ts';
import { createReturns } from './returns.ts';
import type { ChangeOrder, Force, PlaceOrder, SetClock } from './schema.ts';
import { createSetup, type Settings } from './settings.ts';
import { createShop } from './shop.ts';
import { serveShoppers } from './shoppers.ts';
import { createStock, serveProducts } from './stock.ts';
import { createTokens, type Lifetimes, serveTokens } from './tokens.ts';

// The document says an hour, and four.
const ACCESS_TOKEN_SECONDS = 3599;
const REFRESH_TOKEN_SECONDS = 4 * 3600;

export interface SellersCommerceOptions extends SandboxOptions {
  accessKey: string;
  sharedSecret: string;
  /** The value of `expires_in`, in seconds; wins over `timeScale`, which divides the documented lifetimes. */
  accessTokenSeconds?: number | undefined;
  refreshTokenSeconds?: number | undefined;
  /** Decides which sample orders are placed. */
  seed?: number | undefined;
}

export type SellersCommerceSandbox = Awaited<ReturnType<typeof startSellersCommerceSandbox>>;

/** Starts SellersCommerce on the loopback interface. */
export async function startSellersCommerceSandbox(options: SellersCommerceOptions) {
  const base = createBase('sellers-commerce', options, DIALECTS);
  const { store, faults } = base;
  const scale = options.timeScale ?? 1;
  const tokens = createTokens(base, options, {
    accessTokenSeconds: options.accessTokenSeconds ?? ACCESS_TOKEN_SECONDS / scale,
    refreshTokenSeconds: options.refreshTokenSeconds ?? REFRESH_TOKEN_SECONDS / scale,
  });
  const setup = createSetup(base);
  const stock = createStock(base, setup);
  stock.fill();
  const shop = createShop({ base, setup, stock, seed: options.seed ?? 1 });
  const returns = createReturns(base, setup);

  const listening = await serve(base, {
    failure,
    // One sandbox is one account, whatever its present token.
    rateKey: () => 'account',
    webhooks: noWebhooks,
    routes(app) {
      serveTokens(app, tokens);
      const endpoints = createEndpoints(app, base, setup);
      serveOrders(endpoints, { base, setup });
      serveProducts(endpoints, stock);
      returns.serve(endpoints);
      serveShoppers(endpoints, shop);
    },
    control: (app) => serveSellersCommerceControl(app, { store, faults, shop, stock, returns, tokens, setup }),
    summary: () => ({
      orders: shop.list().length,
      received: readReceived(store).counts,
      tokens: tokens.report().counts,
      clock: setup.clock(),
      settings: setup.settings(),
    }),
    onReset: stock.fill,
  });
  return {
    ...listening,
    place: (input?: PlaceOrder) => shop.place(input),
    modify: (number: string, change?: ChangeOrder) => shop.modify(number, change),
    cancel: shop.cancel,
    placeReturn: (orderNumber: string, input?: unknown) => returns.place(shop.get(orderNumber), input ?? {}),
    setStock: stock.set,
    setClock: (input: SetClock) => setup.setClock(input),
    change: (settings: Partial<Settings>) => setup.change(settings),
    setLifetimes: (change: Partial<Lifetimes>) => setLifetimes(tokens, change),
    expireTokens: tokens.expire,
    /** Answers an endpoint with a response code of the document. */
    force: (input: Force) => force(faults, input),
    orders: shop.list,
    stock: stock.list,
    tokens: tokens.report,
    received: () => readReceived(store),
  };
}

const TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Authorization has been denied for this request.',
  404: 'Not Found',
  406: 'Not Acceptable',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway timeout',
};

const failure: Failure = (status) => ({ body: { Message: TEXTS[status] ?? `Answered with ${status}` } });
