import { parseArgs } from 'node:util';
import { printReport } from './print.ts';
import { type Progress, prove } from './prove.ts';
import { isProven } from './reconcile.ts';

const HELP = `Usage: npm run prove -- [options]

  --orders N   how many orders go through the loop (default 2000)
  --seed S     which faults they meet (default: one of chance, printed)
  --kills K    how often the hub is killed (default: once in 100 orders, at most 80)
  --json       the report for machines
  --help       this text`;

let shownAt = 0;
await main();

async function main(): Promise<void> {
  const options = read();
  if (!options) return;
  const { json, ...asked } = options;
  const report = await prove({ ...asked, onProgress: show });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  console.log(json ? JSON.stringify({ proven: isProven(report), ...report }, null, 2) : printReport(report));
  process.exit(isProven(report) ? 0 : 1);
}

function read() {
  try {
    const { values } = parseArgs({
      options: {
        orders: { type: 'string', default: '2000' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
        kills: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return void console.log(HELP);
    const whole = (name: 'orders' | 'seed' | 'kills') => {
      const value = Number(values[name]);
      if (!Number.isInteger(value) || value < (name === 'orders' ? 1 : 0))
        throw new Error(`--${name} ${values[name]} is not a whole number`);
      return value;
    };
    const kills = values.kills === undefined ? {} : { kills: whole('kills') };
    return { orders: whole('orders'), seed: whole('seed'), json: values.json, ...kills };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
}

/** One line that is overwritten on a terminal; elsewhere, a line every ten seconds. */
function show({ phase, sold, done, kills, replayed, open, seconds }: Progress): void {
  const rest = open ? `, open: ${open.inbound} inbound, ${open.deliveries} deliveries` : '';
  const line = `${phase.padEnd(8)} ${seconds.toFixed(0).padStart(4)} s  ${sold} sold, ${done} told or cancelled, ${kills} kills, ${replayed} replayed${rest}`;
  if (process.stderr.isTTY) return void process.stderr.write(`\r\u001b[K${line}`);
  if (seconds - shownAt < 10) return;
  shownAt = seconds;
  process.stderr.write(`${line}\n`);
}
