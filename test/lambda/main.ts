// npm run prove:lambda: every bundle under AWS's own runtime client, telling the story of `npm start`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { functions, routes } from '#lib/topology';
import { createHubClient } from '#sandbox/story/hub-client';
import { progress, table } from '../../bench/report.ts';
import { API_KEY, startHub, type Worked } from './hub.ts';
import { findRuntimeClient } from './runtime-client.ts';

const TIME_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 100;

const HEAD = ['function', 'events', 'failed', 'init ms', 'log lines', 'of them metrics'];

const failures: string[] = [];
const check = (holds: boolean, what: string): void => void (holds || failures.push(what));

process.exit(await main());

async function main(): Promise<number> {
  const client = await findRuntimeClient().catch((error: Error) => error);
  if (client instanceof Error) {
    console.log(`prove:lambda: NOT DONE, AWS's runtime client is not to be had: ${client.message.split('\n')[0]}`);
    return process.argv.includes('--required') ? 1 : 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'longshore-lambda-'));
  const began = Date.now();
  setTimeout(() => {
    console.error(`prove:lambda: not done after ${TIME_LIMIT_MS / 1000} s`);
    process.exit(1);
  }, TIME_LIMIT_MS).unref();
  const hub = await startHub(folder, client);
  try {
    progress('stories');
    await tellStories(hub);
    await waitForEndpoints(hub);
    progress('strangers');
    await askAsStrangers(hub.url);
    await askTheApi(hub.url);
    console.log(table(HEAD, hub.worked.map(rowOf)));
    hub.worked.forEach(checkWorked);
    for (const { message } of hub.errors) failures.push(message);
  } finally {
    await hub.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  for (const failure of failures) console.error(`prove:lambda: ${failure}`);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`prove:lambda: ${functions.length} functions, ${failures.length} failures, ${seconds} s`);
  return failures.length > 0 ? 1 : 0;
}

/** One order from each sales channel to its shipper and back: events of every kind for every function. */
async function tellStories({ url, marketplaces, errors }: Awaited<ReturnType<typeof startHub>>): Promise<void> {
  const client = createHubClient(url, API_KEY);
  await Promise.all(
    marketplaces.chapters.map(async (chapter) => {
      const { id } = chapter.buy();
      while (errors.length === 0) {
        const order = await client.getOrder(id);
        if (order?.timeline.some(({ type }) => type === chapter.end))
          return console.log(`sold on ${chapter.channel}, shipped by ${chapter.shipper}: ${id} went there and back`);
        if (order) await chapter.ship?.(client, order);
        await sleep(LOOK_EVERY_MS);
      }
      check(false, `${id}, sold on ${chapter.channel}, did not come through`);
    }),
  );
}

/** Waits until both endpoints got a change, each with its kind of signature. */
async function waitForEndpoints({ told, errors }: Awaited<ReturnType<typeof startHub>>): Promise<void> {
  const signatures = ['webhook-signature', 'signature'];
  while (errors.length === 0 && !signatures.every((name) => told.some(({ headers }) => headers[name])))
    await sleep(LOOK_EVERY_MS);
}

async function askAsStrangers(url: string): Promise<void> {
  for (const { route } of routes.filter(({ function: name }) => name.startsWith('webhook-'))) {
    const path = route.replace('POST ', '').replace('{path+}', 'nobody/order-paid/guess');
    const { status } = await fetch(url + path, { method: 'POST', body: '{}' });
    check(status === 401, `${route} answered a stranger ${status}`);
  }
}

async function askTheApi(url: string): Promise<void> {
  const ask = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(url + path, { headers })).status;
  const authorization = `Bearer ${API_KEY}`;
  check((await ask('/openapi.json')) === 200, 'the API does not describe itself');
  check((await ask('/orders')) === 401, 'the API answers without a key');
  check((await ask('/deliveries?state=succeeded', { authorization })) === 200, 'the API does not list deliveries');
  check((await ask('/changes', { authorization })) === 200, 'the API does not list changes');
  check((await ask('/console/')) === 200, 'the console has no page');
  check((await ask('/.well-known/ucp')) === 200, 'UCP has no profile');
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_causes', arguments: {} } };
  const headers = { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const answer = await fetch(`${url}/mcp`, { method: 'POST', headers, body: JSON.stringify(call) });
  check((await answer.text()).includes('structuredContent'), 'agents are not answered');
}

/** CloudWatch reads metrics and fields from lines that are JSON; there, the client reports uncaught errors. */
function checkWorked({ lambda: { name, lines }, events, failed }: Worked): void {
  check(events > 0, `${name} was never invoked`);
  check(failed === 0, `${name} failed ${failed} of ${events} events`);
  const broken = lines.find((line) => !isJson(line));
  check(broken === undefined, `${name} printed what is not JSON: ${broken}`);
  const error = lines.find((line) => /"errorType"|"level":"(error|ERROR|FATAL)"/.test(line));
  check(error === undefined, `${name} told of an error: ${error}`);
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

function rowOf({ lambda: { name, lines }, initMs, events, failed }: Worked) {
  const metrics = lines.filter((line) => line.startsWith('{"_aws":')).length;
  return [name, events, failed, Math.round(initMs), lines.length, metrics];
}
