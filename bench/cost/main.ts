import { parseArgs } from 'node:util';
import { progress, table } from '../report.ts';
import { addBills, type Bill, billOf } from './bill.ts';
import { pricesOf, regions } from './prices.ts';
import { runSteps } from './steps.ts';

const HELP = `Usage: npm run bench:cost -- [options]

Counts what one order asks of AWS on its way from the webhook to both pushes, and prices it for a million of them.
The floor, in the same run, is the least that keeps an order and tells two remotes once each: single writes for the
order, its deliveries, each lease and each outcome; no event kept, no transaction, no lists, no sweeper, no logs, and
code that takes no time.

  --orders N   how many orders are counted (default 100)
  --batch N    messages that one invocation is handed, at most (default 10: busy; 1: an order now and then)
  --region R   whose list prices: ${regions.join(', ')} (default us-east-1)
  --json       the results for machines
  --help       this text`;

const HEAD = ['', 'AWS requests', 'write units', 'read units', 'billed ms', 'KB', 'USD', 'share'];

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '100' },
    batch: { type: 'string', default: '10' },
    region: { type: 'string', default: 'us-east-1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(HELP);
else await main();
process.exit();

async function main(): Promise<void> {
  const prices = pricesOf(values.region);
  const [orders, batch] = [Number(values.orders), Number(values.batch)];
  if (
    !(
      Number.isInteger(orders) &&
      orders > 0 &&
      Number.isInteger(batch) &&
      batch > 0 &&
      batch <= 10 &&
      regions.includes(values.region)
    )
  ) {
    console.error(`--orders is a whole number, --batch one of 1 to 10, --region one of those below\n\n${HELP}`);
    process.exit(2);
  }
  const { steps, floor: leastSteps } = await runSteps(orders, batch, (name) => progress(`${name}, ${orders} orders`));
  progress('');
  const bills = steps.map((step) => billOf(step, orders, prices));
  const pushes = addBills(
    'webhook, order, two pushes',
    bills.filter(({ isReturn }) => !isReturn),
  );
  const all = addBills('with the way back of the parcel', bills);
  const floor = addBills(
    'floor of the same, see --help',
    leastSteps.map((step) => billOf(step, orders, prices)),
  );
  if (values.json) return console.log(JSON.stringify({ orders, batch, steps: bills, pushes, all, floor }, null, 2));
  console.log(`For one order, in batches of up to ${batch}; USD for a million orders.\n`);
  console.log(
    table(
      HEAD,
      [...bills, pushes, all, floor].map((bill) => row(bill, all.usd)),
    ),
  );
  console.log(`\nUSD for a million orders by line of the bill:\n`);
  const names = Object.keys(all.lines) as Array<keyof Bill['lines']>;
  console.log(
    table(
      ['', ...names],
      [...bills, pushes, all, floor].map(({ name, lines }) => [name, ...names.map((line) => lines[line].toFixed(2))]),
    ),
  );
}

function row({ name, requests, writeUnits, readUnits, billedMs, kilobytes, usd }: Bill, all: number) {
  const numbers = [requests, writeUnits, readUnits, billedMs, kilobytes, usd].map((value) => value.toFixed(2));
  return [name, ...numbers, `${((100 * usd) / all).toFixed(0)} %`];
}
