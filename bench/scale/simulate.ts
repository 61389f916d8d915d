import { createConsumer } from './consumer.ts';
import { consumerFor, type Design, inboundConsumer } from './design.ts';
import { ingestForASecond } from './ingest.ts';
import { type Answers, pushForASecond } from './push.ts';
import { arrivals, createRandom } from './random.ts';
import { createRecorder, type Result } from './record.ts';
import { createSweeper, replayForASecond } from './recover.ts';
import type { Scenario } from './scenarios.ts';
import { createSeller } from './seller.ts';
import { createGate, sendWebhooks } from './webhooks.ts';
import { RAMP_SECONDS } from './world.ts';

/** Runs a scenario second by second: orders are a fluid, and every number of ours is the design's. */
export function simulate(scenario: Scenario, design: Design): Result {
  const { outage, seconds } = scenario;
  const random = createRandom(scenario.seed);
  const clock = { second: 0 };
  const sellers = scenario.sellers.map((spec) => createSeller(spec, design, seconds, clock));
  const inbound = sellers.flatMap((seller) => seller.inbound);
  const sides = sellers.flatMap(({ channel, shipper }) => [channel, shipper]);
  const streams = sellers.flatMap((seller) => seller.streams);
  const marketplaces = [...new Set(sides.map(({ marketplace }) => marketplace))].map((name) => ({
    name,
    gate: createGate(design.webhookThrottle),
    streams: streams.filter(({ marketplace }) => marketplace === name),
    sides: sides.filter(({ marketplace }) => marketplace === name),
    consumer: createConsumer(design.consumers.get(consumerFor(name))),
    sweep: createSweeper(sides.filter(({ marketplace }) => marketplace === name)),
  }));
  const ingest = createConsumer(design.consumers.get(inboundConsumer));
  const recorder = createRecorder(sellers, design);
  const answersOf = (name: string): Answers =>
    outage?.marketplace === name && clock.second >= outage.from && clock.second < outage.until
      ? outage.answers
      : 'well';

  for (let second = 0; second < seconds; second++) {
    clock.second = second;
    for (const { spec, sell } of sellers) {
      const sold = arrivals(spec.ordersPerSecond * Math.min(1, (second + 1) / RAMP_SECONDS), random);
      sell(sold, second);
      recorder.sold(sold);
    }
    for (const { tasks } of sides) for (const { pool } of tasks) pool.fallDue(second);
    for (const each of marketplaces)
      recorder.webhooks(each.name, sendWebhooks(each.streams, each.gate, second, answersOf(each.name) === 'well'));
    recorder.ingested(ingestForASecond(inbound, ingest));
    for (const each of marketplaces)
      recorder.pushed(each.name, pushForASecond(each.sides, each.consumer, answersOf(each.name), second, design));
    for (const side of sides) if (outage) recorder.replayed(side, replayForASecond(side, outage.until, second, design));
    recorder.swept(marketplaces.map(({ sweep }) => sweep(second, design)));
    recorder.tick(second);
  }
  return recorder.result(scenario);
}
