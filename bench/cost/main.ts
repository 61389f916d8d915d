import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readOptions } from '../options.ts';
import { progress, table } from '../report.ts';
import { addBills, type Bill, billOf } from './bill.ts';
import { monthly } from './month.ts';
import { pricesOf, regions } from './prices.ts';
import { INTERVAL, runSteps } from './steps.ts';
import { keptAfter } from './storage.ts';

const ABOUT = `Counts what one order asks of AWS on its way from the webhook to both pushes and back, and prices it for a million of
them. The floor, in the same run, is the least that keeps an order and tells two remotes once each: single writes for the
order, its deliveries, each lease and each outcome; no event kept, no transaction, no lists, no sweeper, no logs, and
code that takes no time.`;

const options = readOptions(
  'bench:cost',
  {
    orders: ['N', 'how many orders are counted', 100],
    batch: ['N', 'messages that one invocation is handed, at most: 10 when busy, 1 for an order now and then', 10],
    every: ['S', 'seconds between two invocations; beyond ten minutes each starts an instance', 0],
    region: ['R', `whose list prices: ${regions.join(', ')}`, 'us-east-1'],
    month: ['the bill of a month for 0, 100, 10,000 and 1,000,000 orders instead, with what stands still'],
    json: ['the results for machines'],
  },
  ABOUT,
);
const { region } = options;

const HEAD = ['', 'AWS requests', 'write units', 'read units', 'billed ms', 'KB', 'USD', 'share'];

await main();
process.exit();

async function main(): Promise<void> {
  const { orders, batch, every } = options;
  const isBatch = Number.isInteger(batch) && batch <= 10;
  if (!(Number.isInteger(orders) && isBatch && regions.includes(region))) {
    console.error(`--orders is a whole number, --batch one of 1 to 10, --region one of those below\n\n${options.help}`);
    process.exit(2);
  }
  if (options.month) return console.log(await monthly(region, measure));
  const result = await measureHere(orders, batch, every);
  if (options.json) return console.log(JSON.stringify(result, null, 2));
  const { steps, pushes, back, side, floor, tick, stored } = result;
  const bills = [...steps, pushes, back, side, floor];
  console.log(`For one order, in batches of up to ${batch}; USD for a million orders, at the prices of ${region}.\n`);
  console.log(table(HEAD, [...bills.map((bill) => row(bill, back.usd + side.usd)), row(tick, Number.NaN)]));
  console.log(`\nUSD for a million orders by line of the bill:\n`);
  const names = Object.keys(back.lines) as Array<keyof Bill['lines']>;
  console.log(
    table(
      ['', ...names],
      bills.map(({ name, lines }) => [name, ...names.map((line) => lines[line].toFixed(2))]),
    ),
  );
  console.log(`\nBytes that one order keeps; after 90 days ${keptAfter(stored, 91).toFixed(0)}:\n`);
  console.log(
    table(
      ['', 'items', 'table', 'indexes', 'days'],
      stored.map(({ kind, items, tableBytes, indexBytes, days }) => [
        ...[kind, items.toFixed(2), tableBytes.toFixed(0), indexBytes.toFixed(0), days ?? 'for ever'],
      ]),
    ),
  );
}

type Measured = Awaited<ReturnType<typeof measureHere>>;

async function measureHere(orders: number, batch: number, every: number) {
  const prices = pricesOf(region);
  const run = await runSteps(orders, batch, every, (name) => progress(`${name}, ${orders} orders`));
  progress('');
  const steps = run.steps.map((step) => billOf(step, orders, prices));
  const own = steps.filter(({ isSide }) => !isSide);
  return {
    steps,
    pushes: addBills(
      'webhook, order, two pushes',
      own.filter(({ isReturn }) => !isReturn),
    ),
    back: addBills('with the way back of the parcel', own),
    side: addBills(
      "the seller's side: feed, search, an endpoint",
      steps.filter(({ isSide }) => isSide),
    ),
    floor: addBills(
      'floor of the pushes, see --help',
      run.floor.map((step) => billOf(step, orders, prices)),
    ),
    tick: billOf(run.ticks, INTERVAL, prices),
    stored: run.stored,
  };
}

/** In a separate process, as functions are loaded once and keep state. */
async function measure(orders: number, batch: number, every: number): Promise<Measured> {
  const flags = Object.entries({ orders, batch, every, region }).flatMap(([name, value]) => [
    ...[`--${name}`, String(value)],
  ]);
  const words = [...process.execArgv, import.meta.filename, ...flags, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as Measured;
}

function row({ name, requests, writeUnits, readUnits, billedMs, kilobytes, usd }: Bill, all: number) {
  const numbers = [requests, writeUnits, readUnits, billedMs, kilobytes, usd].map((value) => value.toFixed(2));
  return [name, ...numbers, Number.isNaN(all) ? '' : `${((100 * usd) / all).toFixed(0)} %`];
}
