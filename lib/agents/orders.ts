import { type Client, isOrderId } from '#client/index';
import * as z from '#lib/platform/zod';
import { answerOf, cut, Instant, say, ToolError, tool } from './tool.ts';

const MOST_FOUND = 10;
/** The last events tell most about why an order is where it is. */
const LAST_EVENTS = 12;

const Words = z.string().check(z.trim(), z.minLength(1), z.maxLength(320));

const OrderLine = {
  id: z.string(),
  number: z.string(),
  connection: z.string(),
  status: z.string(),
  placedAt: z.string(),
  shipBy: Instant,
  late: z.boolean(),
};

const findOrder = tool({
  name: 'find_order',
  title: 'Find an order',
  description:
    'Finds orders by what people call them: number, external id, tracking number, acknowledgement, SKU, the id at whoever ships, or a whole e-mail address. From four characters on the beginning is enough. Start here; explain_order then takes the id.',
  input: z.strictObject({
    words: say(Words, 'What the order is called, such as SC-1001.'),
    limit: z._default(z.int().check(z.minimum(1), z.maximum(MOST_FOUND)), 5),
  }),
  output: z.object({
    orders: z.array(
      z.object({
        ...OrderLine,
        matched: say(z.string(), 'What of the order was meant.'),
        exact: say(z.boolean(), 'It is called so, and not only something that begins so.'),
      }),
    ),
  }),
  async run({ hub }, { words, limit }) {
    const { results } = await answerOf(hub.POST('/search', { body: { q: words, limit } }));
    return { orders: results.map(({ order, matched, exact }) => ({ ...order, matched, exact })) };
  },
});

/** The id of the one order that is meant. */
async function orderCalled(hub: Client, words: string): Promise<string> {
  const { results } = await answerOf(hub.POST('/search', { body: { q: words, limit: MOST_FOUND } }));
  const exact = results.filter((each) => each.exact).map(({ id }) => id);
  // An order's id means that order. An acknowledgement may look like one, and an order may be too new to be found.
  const found = exact.includes(words) ? [words] : exact;
  const [id = isOrderId(words) ? words : undefined, ...others] = found;
  if (id === undefined) throw new ToolError(`no order matches ${words}: try find_order, which takes beginnings too`);
  if (others.length > 0) throw new ToolError(`${words} matches several orders (${found.join(', ')}): name one of them`);
  return id;
}

const explainOrder = tool({
  name: 'explain_order',
  title: 'Explain where an order is',
  description:
    'Says in one sentence where an order is, whom and what it waits for and until when, and what would heal it; with its parcels, its deliveries and the last things that happened to it. The sentence is the hub’s own: quote it.',
  input: z.strictObject({ order: say(Words, 'The id of an order, or what exactly one order is called.') }),
  output: z.object({
    ...OrderLine,
    stage: z.string(),
    sentence: z.string(),
    waitsFor: z.object({ who: z.string(), what: z.nullable(z.string()), since: Instant, until: Instant }),
    deliveries: say(
      z.array(z.string()),
      'Ids for show_delivery, which finds a report of a parcel that went well for 90 days.',
    ),
    parcels: z.array(z.object({ by: z.string(), carrier: z.string(), trackingNumber: z.string() })),
    timeline: z.array(z.object({ at: z.string(), type: z.string(), by: z.string(), detail: z.string() })),
  }),
  async run({ hub }, { order }) {
    const params = { path: { id: await orderCalled(hub, order) } };
    const [explanation, whole] = await Promise.all([
      answerOf(hub.GET('/orders/{id}/explanation', { params })),
      answerOf(hub.GET('/orders/{id}', { params })),
    ]);
    const lines = whole.timeline.slice(-LAST_EVENTS);
    const timeline = lines.map((line) => ({ ...line, detail: cut(JSON.stringify(line.detail)) }));
    return { ...whole, ...explanation, parcels: whole.fulfillments, timeline };
  },
});

const COUNTS = ['known', 'cancelled', 'released', 'acknowledged', 'placed', 'shipped', 'told'] as const;
const MOST_NAMED = 20;

const balance = tool({
  name: 'balance',
  title: 'Balance a day',
  description:
    'Counts what became of the orders that each connection sold on one day (UTC): known, released, acknowledged, placed, shipped, told. Differences name the orders that have not come so far; explain_order tells why.',
  input: z.strictObject({
    day: say(z.iso.date(), 'YYYY-MM-DD.'),
    connection: z.exactOptional(z.string()),
  }),
  output: z.object({
    balances: z.array(
      z.object({
        connection: z.string(),
        ...(Object.fromEntries(COUNTS.map((name) => [name, z.int()])) as Record<
          (typeof COUNTS)[number],
          z.ZodMiniNumberFormat
        >),
        differences: z.array(
          z.object({
            missing: z.string(),
            count: z.int(),
            orders: say(z.array(z.string()), `The first ${MOST_NAMED}.`),
          }),
        ),
      }),
    ),
    complete: say(
      z.boolean(),
      'False where there was no time to look at all that came since: the last that came may be missing.',
    ),
  }),
  async run({ hub }, query) {
    const { balances: all, complete } = await answerOf(hub.GET('/balance', { params: { query } }));
    const balances = all.map(({ differences, ...counts }) => ({
      ...counts,
      differences: differences.map(({ missing, orders }) => ({
        missing,
        count: orders.length,
        orders: orders.slice(0, MOST_NAMED),
      })),
    }));
    return { balances, complete };
  },
});

export const orderTools = [findOrder, explainOrder, balance];
