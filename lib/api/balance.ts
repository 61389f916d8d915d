import { everyConnection, getConfiguration } from '#lib/connections/store';
import { getDeliveries } from '#lib/deliveries/ledger';
import { missingSteps, Step } from '#lib/orders/balance';
import { orderPages } from '#lib/orders/store';
import { NotFoundError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import { errorResponses } from './kit/errors.ts';
import { textParam } from './kit/lists.ts';
import { doc, named } from './kit/meta.ts';
import { json, Routes } from './kit/route.ts';

const Balance = named(
  'Balance',
  z.object({
    day: z.iso.date(),
    connection: z.string(),
    known: doc(z.int(), { description: 'Orders that the channel sold that day.' }),
    cancelled: doc(z.int(), { description: 'How many of these have nothing left to do.' }),
    released: z.int(),
    acknowledged: z.int(),
    placed: doc(z.int(), { description: 'Shippers have all of it, and the seller what the seller ships.' }),
    shipped: z.int(),
    told: doc(z.int(), { description: 'The channel was told of every parcel.' }),
    differences: doc(z.array(z.object({ missing: Step, orders: z.array(z.string()) })), {
      description: 'The orders that are not cancelled and miss a step, by that step.',
    }),
  }),
);
export type Balance = z.infer<typeof Balance>;

const DAY_MS = 24 * 3600_000;
/** API Gateway waits for 29 seconds. */
const TIME_MS = 20_000;

export const routes = new Routes('orders');

routes.add('GET /balance', {
  summary: 'How far the orders of one day have come',
  description:
    'By the day of `placedAt` in UTC, however late an order was received. Every difference names its orders.',
  scope: 'orders:read',
  request: {
    query: z.strictObject({
      day: doc(z.iso.date(), { example: '2026-11-20' }),
      connection: textParam({ description: 'Only for this sales channel.' }),
    }),
  },
  responses: {
    200: json(
      'One balance for each connection that sold something.',
      z.object({
        balances: z.array(Balance),
        complete: doc(z.boolean(), {
          description: 'False if there was no time to look at all that came since: the last that came may be missing.',
        }),
      }),
    ),
    ...errorResponses(404),
  },
  answer: async ({ query: { day, connection } }) => {
    const all = everyConnection(await getConfiguration());
    // For an unknown name there would be no differences to see.
    if (connection && !all.includes(connection)) throw new NotFoundError('connection');
    const connections = connection ? [connection] : all;
    const deadline = Date.now() + TIME_MS;
    const balances = await Promise.all(connections.map((id) => balanceOf(id, day, deadline)));
    const sold = balances.filter(({ balance }) => balance.known > 0).map(({ balance }) => balance);
    return { balances: sold, complete: balances.every(({ complete }) => complete) };
  },
});

async function balanceOf(connection: string, day: string, deadline: number) {
  const missing = new Map<Step, string[]>(Step.options.map((step) => [step, []]));
  let [known, cancelled] = [0, 0];
  // A marketplace's clock may be ahead of the hub's.
  const since = new Date(Date.parse(day) - DAY_MS).toISOString();
  let complete = true;
  // An order may come weeks after it was sold, as when it is told of once it is paid.
  for await (const page of orderPages([connection], { since })) {
    if (Date.now() > deadline) {
      complete = false;
      break;
    }
    const sold = page.filter(({ placedAt }) => placedAt.startsWith(day));
    known += sold.length;
    // Thousands of orders a day, whose deliveries are read one after another, would take longer than there is time.
    const deliveries = await Promise.all(sold.map((order) => getDeliveries(order.deliveries)));
    for (const [index, order] of sold.entries()) {
      const steps = missingSteps(order, deliveries[index] ?? []);
      if (!steps) cancelled += 1;
      for (const step of steps ?? []) missing.get(step)?.push(order.id);
    }
  }
  const came = (step: Step): number => known - cancelled - (missing.get(step)?.length ?? 0);
  const balance: Balance = {
    ...{ day, connection, known, cancelled },
    ...{ released: came('released'), acknowledged: came('acknowledged'), placed: came('placed') },
    ...{ shipped: came('shipped'), told: came('told') },
    differences: [...missing].flatMap(([step, orders]) => (orders.length > 0 ? [{ missing: step, orders }] : [])),
  };
  return { balance, complete };
}
