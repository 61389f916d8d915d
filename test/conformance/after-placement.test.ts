import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CHANNELS, type ChannelName } from './after-placement/channels.ts';
import type { Heard, Units } from './after-placement/shippers.ts';
import { CRASHES, openWorld, type World } from './after-placement/world.ts';

/*
 * What becomes of a change after an order was placed, for every channel and shipper: with the real handlers, a table in
 * memory and the simulated vendors, with events in either order, and with a process that dies on the way.
 */

type Shipper = 'marketful' | 'shoppo' | 'erp';
/**
 * The final state: what the shippers have of each order, what the seller has, what came back, what waits for a person.
 */
interface Outcome {
  asked?: Units[];
  elsewhere?: Units[];
  own?: Units;
  returned?: Units;
  stuck?: Array<string | RegExp>;
}

interface Row {
  what: string;
  /** `early`: the other of the two events comes first. */
  run(world: World, early: boolean): Promise<void>;
  ends: Partial<Record<Shipper, [late: Outcome, early?: Outcome]>>;
}

const say = (world: World, mugs: number, plates: number, cancelled = false, street?: string) =>
  world.say({ mugs, plates, cancelled, street });
const amend = (difference: string) => [`amend_unsupported: ${difference}`];

/** The order is sold, and its channel changes it, before or after it was placed. */
const change =
  (...word: [mugs: number, plates: number, cancelled?: boolean, street?: string]) =>
  async (world: World, early: boolean) => {
    await say(world, 2, 1);
    if (!early) await world.push();
    await say(world, ...word);
    await world.push();
  };

/**
 * A person gives a line to another shipper, before or after it was placed, and does by hand what the shipper cannot.
 */
const route = (to: 'erp' | 'other') => async (world: World, early: boolean) => {
  await say(world, 2, 1);
  if (!early) await world.push();
  await world.route(to);
  await world.push();
  await world.close();
  await world.push();
};

/** The order is placed; its shipper reports something before or after its channel does. */
const cross =
  (heard: Heard | Heard[], ...word: [mugs: number, plates: number, cancelled?: boolean]) =>
  async (world: World, early: boolean) => {
    await say(world, 2, 1);
    await world.push();
    const [last = 'ship', ...before] = [heard].flat().reverse();
    for (const each of before.reverse()) await world.hear(each);
    const [happened, said] = [() => world.hear(last), () => say(world, ...word)];
    for (const next of early ? [said, happened] : [happened, said]) await next();
    await world.push();
  };

const ROWS: Row[] = [
  {
    what: 'fewer units are wanted',
    run: change(1, 1),
    ends: {
      marketful: [{ asked: [[2, 1]], stuck: amend('SHP-1: 2 placed, 1 wanted') }, { asked: [[1, 1]] }],
      shoppo: [{ asked: [[2, 1]], stuck: amend('SHP-1: 2 placed, 1 wanted') }, { asked: [[1, 1]] }],
      erp: [{ own: [1, 1] }],
    },
  },
  {
    what: 'a line is not wanted',
    run: change(2, 0),
    ends: {
      marketful: [{ asked: [[2, 1]], stuck: amend('SHP-2: 1 placed, 0 wanted') }, { asked: [[2, 0]] }],
      shoppo: [{ asked: [[2, 0]] }],
      erp: [{ own: [2, 0] }],
    },
  },
  {
    what: 'nothing is wanted',
    run: change(2, 1, true),
    ends: {
      marketful: [{ asked: [[2, 1]], stuck: [/^cancel_unsupported: /] }, { asked: [] }],
      shoppo: [{ asked: [[0, 0]] }, { asked: [] }],
      erp: [{ own: [0, 0] }],
    },
  },
  {
    what: 'it goes to another street',
    run: change(2, 1, false, 'Calle 10 no. 5'),
    ends: {
      marketful: [{ asked: [[2, 1]], stuck: [/^address_changed: /] }, { asked: [[2, 1]] }],
      shoppo: [{ asked: [[2, 1]], stuck: [/^address_changed: /] }, { asked: [[2, 1]] }],
      erp: [{ own: [2, 1] }],
    },
  },
  {
    what: 'more units are wanted',
    run: change(5, 2),
    ends: {
      marketful: [
        {
          asked: [
            [2, 1],
            [3, 1],
          ],
        },
      ],
      shoppo: [
        {
          asked: [
            [2, 1],
            [3, 1],
          ],
        },
      ],
      erp: [{ own: [5, 2] }],
    },
  },
  {
    what: 'a line is new',
    async run(world, early) {
      await say(world, 2, 0);
      if (!early) await world.push();
      await say(world, 2, 1);
      await world.push();
    },
    ends: {
      marketful: [
        {
          asked: [
            [2, 0],
            [0, 1],
          ],
        },
      ],
      shoppo: [
        {
          asked: [
            [2, 0],
            [0, 1],
          ],
        },
      ],
      erp: [{ own: [2, 1] }],
    },
  },
  {
    what: 'it is restored, before its cancellation was carried out or after',
    async run(world, early) {
      await say(world, 2, 1);
      await world.push();
      await say(world, 2, 1, true);
      if (!early) await world.push();
      await say(world, 2, 1);
      await world.push();
    },
    ends: {
      marketful: [{ asked: [[2, 1]] }],
      shoppo: [
        {
          asked: [
            [0, 0],
            [2, 1],
          ],
        },
        { asked: [[2, 1]] },
      ],
      erp: [{ own: [2, 1] }],
    },
  },
  {
    what: 'its shipper cancels it, and less is wanted',
    run: cross('cancel', 1, 1),
    ends: {
      marketful: [{ asked: [[0, 0]], stuck: [/^cancelled_by_supplier: shed cancelled 1 SHP-1, 1 SHP-2/] }],
      shoppo: [{ asked: [[0, 0]], stuck: [/^cancelled_by_supplier: shed cancelled 1 SHP-1, 1 SHP-2/] }],
    },
  },
  {
    what: 'its shipper cancels it, and so does its channel',
    run: cross('cancel', 2, 1, true),
    ends: { marketful: [{ asked: [[0, 0]] }], shoppo: [{ asked: [[0, 0]] }] },
  },
  {
    what: 'its shipper cancels a line, and less is wanted',
    run: cross('cancelMugs', 1, 1),
    ends: { shoppo: [{ asked: [[0, 1]], stuck: [/^cancelled_by_supplier: shed cancelled 1 SHP-1:/] }] },
  },
  {
    what: 'it ships, and less is wanted',
    run: cross('ship', 1, 1),
    ends: {
      marketful: [{ asked: [[2, 1]], stuck: amend('SHP-1: 2 placed, 1 wanted') }],
      shoppo: [{ asked: [[2, 1]], stuck: amend('SHP-1: 2 placed, 1 wanted') }],
    },
  },
  {
    what: 'it comes back, and is cancelled',
    run: cross(['ship', 'comeBack'], 2, 1, true),
    ends: { marketful: [{ asked: [[2, 1]], returned: [2, 1] }] },
  },
  {
    what: 'the seller is to ship a line of it',
    run: route('erp'),
    ends: {
      marketful: [
        { asked: [[2, 1]], own: [2, 0] },
        { asked: [[0, 1]], own: [2, 0] },
      ],
      shoppo: [{ asked: [[0, 1]], own: [2, 0] }],
    },
  },
  {
    what: 'another shipper is to ship a line of it',
    run: route('other'),
    ends: {
      marketful: [
        { asked: [[2, 1]], elsewhere: [[2, 0]] },
        { asked: [[0, 1]], elsewhere: [[2, 0]] },
      ],
      shoppo: [{ asked: [[0, 1]], elsewhere: [[2, 0]] }],
    },
  },
];

const quiet = () => undefined;
beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const level of ['info', 'warn', 'error', 'log'] as const) vi.spyOn(console, level).mockImplementation(quiet);
});
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Both orders of events, and each point to die at for each of them, spread over the channels. */
const CASES = (Object.keys(CHANNELS) as ChannelName[]).flatMap((channel, a) =>
  ROWS.flatMap((row, b) =>
    (Object.keys(row.ends) as Shipper[]).flatMap((shipper, c) =>
      [false, true].map((early, d) => {
        const crash = CRASHES[(a + b + c + d) % CRASHES.length] ?? 'told';
        const how = `${early ? 'the other way round' : 'in this order'}, died: ${crash}`;
        return [`${channel} and ${shipper}: ${row.what}, ${how}`, { channel, shipper, row, early, crash }] as const;
      }),
    ),
  ),
);

test.each(CASES)('%s', async (_name, { channel, shipper, row, early, crash }) => {
  const world = await openWorld(channel, shipper, crash);
  await row.run(world, early);
  const [late, sooner = late] = row.ends[shipper] ?? [{}];
  const { asked = [], elsewhere = [], own = [0, 0], returned = [0, 0], stuck = [] } = early ? sooner : late;
  const waits = stuck.map((words) => expect.stringMatching(words));
  expect(await world.outcome()).toEqual({ asked, elsewhere, own, returned, stuck: waits });
  await world.stop();
});
