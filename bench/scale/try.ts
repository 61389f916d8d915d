import { type ConsumerDesign, type Design, inboundConsumer } from './design.ts';

const consumersWith = (
  { consumers }: Design,
  isMeant: (name: string) => boolean,
  change: Partial<ConsumerDesign>,
): Pick<Design, 'consumers'> => ({
  consumers: new Map([...consumers].map(([name, each]) => [name, isMeant(name) ? { ...each, ...change } : each])),
});

/** The numbers of the code that `--try` can change, by name. */
export const TRIES: Readonly<Record<string, (design: Design, value: number) => Partial<Design>>> = {
  shards: (_design, shards) => ({ shards }),
  ingest: (design, maximumConcurrency) =>
    consumersWith(design, (name) => name === inboundConsumer, { maximumConcurrency }),
  pushers: (design, maximumConcurrency) =>
    consumersWith(design, (name) => name !== inboundConsumer, { maximumConcurrency }),
  batch: (design, batchSize) => consumersWith(design, (name) => name !== inboundConsumer, { batchSize }),
  away: ({ away }, afterFailures) => ({ away: { ...away, afterFailures } }),
  webhooks: (_design, rate) => ({ webhookThrottle: { rate, burst: rate } }),
  replay: ({ replay }, perMinute) => ({ replay: { ...replay, perMinute } }),
  together: ({ sweep }, rungTogether) => ({ sweep: { ...sweep, rungTogether } }),
  rings: ({ sweep }, rings) => ({ sweep: { ...sweep, rings: () => rings } }),
  burst: (_design, part) => ({
    paceOf: (requestsPerMinute) => {
      const burst = Math.max(1, Math.floor(requestsPerMinute * part));
      return { requestsPerMinute, toleranceMs: ((burst - 1) * 60_000) / Math.max(1, requestsPerMinute - burst) };
    },
  }),
};

/** A design with some of its numbers changed: `shards=1`. Throws if there is no such number. */
export function withTries(design: Design, tries: readonly string[]): Design {
  const changed = { ...design };
  for (const each of tries) {
    const [name = '', value = ''] = each.split('=');
    const change = TRIES[name];
    if (!change || !(Number(value) > 0))
      throw new Error(`--try takes NAME=NUMBER, with a name of ${Object.keys(TRIES).join(', ')}, not ${each}`);
    Object.assign(changed, change(changed, Number(value)));
  }
  return changed;
}
