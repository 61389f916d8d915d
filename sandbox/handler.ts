import { mkdirSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { functions } from '#lib/topology';
import { startAlone } from './alone.ts';
import { lockData } from './lock-data.ts';

const HELP = `Usage: npm run handler -- functions/ingest.ts [event.json] [--data DIR]

Invokes one function once, in this process, with the emulators and the simulated marketplaces behind it; prints what it
answered, and what it put into queues, which is taken out. Without an event: its own of events/samples/. State stays in
--data (default .longshore/handler), so that the next function finds what this one wrote.

Handlers:
${functions.map(({ handler }) => `  ${handler.split('.')[0]}.ts`).join('\n')}`;

const { values, positionals } = parseArgs({
  options: { data: { type: 'string', default: '.longshore/handler' }, help: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [given, event = given && sampleOf(given)] = positionals;
if (values.help || !given || !event) console.log(HELP);
else await run(relative('.', given), JSON.parse(readFileSync(event, 'utf8')));

async function run(file: string, event: unknown): Promise<void> {
  const data = resolve(values.data);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (!lockData(data)) throw new Error(`${values.data} is in use by another process`);
  const alone = await startAlone(data);
  try {
    console.log(JSON.stringify(await alone.invoke(file, event), null, 2));
    for (const { queue, body } of await alone.take()) console.log(`→ ${queue}: ${body}`);
  } finally {
    await alone.stop();
  }
}

function sampleOf(file: string): string {
  const name = relative('functions', file).replace('.ts', '').replaceAll('/', '-');
  return `events/samples/${name}.json`;
}
