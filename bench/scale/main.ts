import { writeFileSync } from 'node:fs';
import { marketplaces } from '#lib/marketplaces/registry';
import { intervalOf } from '#lib/platform/rate-limit/gcra';
import { readOptions } from '../options.ts';
import { progress, table } from '../report.ts';
import { drawChart } from './chart.ts';
import { type Design, presentDesign } from './design.ts';
import { endpointLimits } from './notify.ts';
import type { Result, Sample } from './record.ts';
import { requestsPerOrder, type Scenario, scenarios, sellersOf } from './scenarios.ts';
import { simulate } from './simulate.ts';
import { TRIES, withTries } from './try.ts';
import { type Criterion, holds, judge } from './verdict.ts';
import { channels, shippers } from './world.ts';

const options = readOptions(
  'bench:scale',
  {
    only: ['NAME', `one scenario: ${scenarios.map(({ name }) => name).join(', ')}`],
    svg: ['FILE', 'draws how the outages went'],
    try: ['N=V', `another number in place of the code's, as often as there are: ${Object.keys(TRIES).join(', ')}`, []],
    json: ['the results for machines'],
  },
  'Simulates a million orders an hour with the numbers of the code, and says what holds and what does not.',
);

function main(): void {
  const chosen = scenarios.filter(({ name }) => options.only === undefined || name === options.only);
  if (chosen.length === 0) {
    console.error(`there is no scenario ${options.only}\n\n${options.help}`);
    process.exit(2);
  }
  const design = withTries(presentDesign(), options.try);
  const runs = chosen.map((scenario) => run(scenario, design));
  const outages = runs.map(({ result }) => result).filter(({ scenario }) => scenario.outage);
  if (options.svg) writeFileSync(options.svg, drawChart(outages));
  const further =
    options.only === undefined && options.try.length === 0
      ? [2, 3, 4, 5, 10].map((times) => ({ times, ...run(grow(times), design) }))
      : [];
  const limits = documentedLimits(design);
  const endpoints = endpointLimits([0.01, 0.05, 0.25, 1]);
  progress('');
  if (options.json) console.log(JSON.stringify({ runs, further, limits, endpoints }));
  else {
    for (const { result, verdict } of runs)
      console.log(`${title(result.scenario)}\n${facts(result)}\n${tableOf(verdict)}\n`);
    for (const { times, verdict } of further) console.log(`${times} M orders an hour: ${failures(verdict)}`);
    console.log(`\n${table(['documented limit', 'role', 'requests/min', 'requests/order', 'orders/h'], limits)}`);
    console.log(`\n${table(['an endpoint answers in', 'changes/s', 'orders/h'], endpoints)}`);
  }
  process.exitCode = runs.every(({ verdict }) => verdict.every(holds)) ? 0 : 1;
}

function run(scenario: Scenario, design: Design) {
  progress(scenario.title);
  const result = simulate(scenario, design);
  return { result, verdict: judge(result, design) };
}

/** Long enough for an order placed at the start to be finished. */
const GROWN_SECONDS = 9_000;

const grow = (times: number): Scenario => ({
  ...{ name: `steady-${times}`, title: `${times} times as many`, seconds: GROWN_SECONDS, seed: times },
  sellers: sellersOf(times * 1_000_000),
});

const title = ({ name, title: told }: Scenario): string => `${name}: ${told}`;

/** The results, in thousands. */
function facts({ totals, samples }: Result): string {
  const most = (of: (sample: Sample) => number) => Math.max(...samples.map(of));
  const sumOf = (numbers: Record<string, number>) => Object.values(numbers).reduce((sum, each) => sum + each, 0);
  const counts = {
    sold: totals.sold,
    finished: totals.finished,
    'attempts made': totals.attempts,
    'turned away': totals.turnedAway,
    died: totals.died,
    replayed: totals.replayed,
    'due at most': most(({ queued }) => sumOf(queued)),
    'in line or between attempts at most': most(({ waiting }) => sumOf(waiting)),
  };
  const told = Object.entries(counts).map(
    ([name, count = 0]) => `${Math.round(count / 1000).toLocaleString('en')} ${name}`,
  );
  return `  in thousands: ${told.join(', ')}`;
}

const tableOf = (verdict: readonly Criterion[]): string =>
  table(
    ['', 'value', 'limit', '', ''],
    verdict.map((each) => [
      holds(each) ? `  ${each.name}` : `✘ ${each.name}`,
      show(each.value),
      show(each.limit),
      each.unit,
      each.of ?? '',
    ]),
  );

const show = (value: number): string => (value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en'));

const failures = (verdict: readonly Criterion[]): string =>
  verdict
    .filter((each) => !holds(each))
    .map(
      ({ name, value, limit, unit, of }) => `${name} ${show(value)} of ${show(limit)} ${unit} ${of ? `(${of})` : ''}`,
    )
    .join('; ') || 'all holds';

/** Orders an hour that one connection can sustain within its vendor's documented limit. */
function documentedLimits({ paceOf }: Design): Array<Array<string | number>> {
  return marketplaces.flatMap(({ title: named, name, requestsPerMinute }) => {
    const role = name in channels ? 'channel' : name in shippers ? 'shipper' : undefined;
    if (!role) return [];
    const requests = requestsPerOrder(name, name)[role];
    const perHour = 3_600_000 / intervalOf(paceOf(requestsPerMinute));
    return [[named, role, requestsPerMinute, requests, Math.floor(perHour / requests)]];
  });
}

main();
