import { channels, shippers } from './world.ts';

const HOUR = 3600;
/** Two hours to get going, six of outage, and the rest to recover. */
const RUN = 20 * HOUR;

/** Sellers that are alike: each has one connection to sell and one to place orders. */
export interface SellerSpec {
  name: string;
  count: number;
  /** Orders a second of all these sellers together. */
  ordersPerSecond: number;
  channel: { marketplace: string; requestsPerMinute: number };
  shipper: { marketplace: string; requestsPerMinute: number };
}

export interface Outage {
  marketplace: string;
  from: number;
  until: number;
  /** Whether it refuses at once or never answers. */
  answers: 'refuses' | 'never';
}

export interface Scenario {
  name: string;
  title: string;
  seconds: number;
  sellers: readonly SellerSpec[];
  outage?: Outage;
  seed: number;
}

/** Requests that an order costs at each end. */
export function requestsPerOrder(channel: string, shipper: string): { channel: number; shipper: number } {
  const { reads = 0, reports = 0 } = channels[channel] ?? {};
  const { requestsPerPlacement = 0, webhooksAfter = [] } = shippers[shipper] ?? {};
  return { channel: reads + reports, shipper: requestsPerPlacement + webhooksAfter.length };
}

/** Sellers have agreed on a limit of this many times what their orders need. */
const HEADROOM = 2;

function seller(name: string, count: number, perHour: number, channel: string, shipper: string): SellerSpec {
  const ordersPerSecond = perHour / HOUR;
  const requests = requestsPerOrder(channel, shipper);
  const agreed = (perOrder: number) => Math.ceil((ordersPerSecond / count) * perOrder * 60 * HEADROOM);
  return {
    name,
    count,
    ordersPerSecond,
    channel: { marketplace: channel, requestsPerMinute: agreed(requests.channel) },
    shipper: { marketplace: shipper, requestsPerMinute: agreed(requests.shipper) },
  };
}

/** This many orders an hour: one seller has half of them, and forty share the rest. */
export const sellersOf = (perHour: number): SellerSpec[] => [
  seller('giant', 1, perHour / 2, 'scopio', 'marketful'),
  seller('shops', 20, perHour / 4, 'scopio', 'marketful'),
  seller('others', 20, perHour / 4, 'sello', 'shoppo'),
];

const MILLION = 1_000_000;
/** When the marketplace is away. */
const AWAY = { from: 2 * HOUR, until: 8 * HOUR };

export const scenarios: readonly Scenario[] = [
  { name: 'steady', title: 'nothing fails', seconds: 4 * HOUR, sellers: sellersOf(MILLION), seed: 1 },
  {
    name: 'shipper-refuses',
    title: 'Marketful answers 503 for six hours',
    seconds: RUN,
    sellers: sellersOf(MILLION),
    outage: { marketplace: 'marketful', ...AWAY, answers: 'refuses' },
    seed: 2,
  },
  {
    name: 'shipper-hangs',
    title: 'Marketful never answers for six hours',
    seconds: RUN,
    sellers: sellersOf(MILLION),
    outage: { marketplace: 'marketful', ...AWAY, answers: 'never' },
    seed: 3,
  },
  {
    name: 'channel-refuses',
    title: 'Scopio is down for six hours and then tells of all it sold',
    seconds: RUN,
    sellers: sellersOf(MILLION),
    outage: { marketplace: 'scopio', ...AWAY, answers: 'refuses' },
    seed: 4,
  },
];
