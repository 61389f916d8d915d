// Holds a conversation with the hub's tools for agents and prints it: node examples/agent/converse.ts where SC-1001,
// wrong
// or mend; with --http over HTTP instead of `longshore mcp`. Three fixed plans replace what a model would say here.
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const HUB = process.env.LONGSHORE_URL ?? 'http://127.0.0.1:4400';
const KEY = process.env.LONGSHORE_API_KEY ?? 'local-dev-key';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { http: { type: 'boolean' } } });
const [about = '', words = 'SC-1001'] = positionals;
const client = new Client({ name: 'converse', version: '1.0.0' });

const overHttp = () =>
  new StreamableHTTPClientTransport(new URL('/mcp', HUB), {
    requestInit: { headers: { authorization: `Bearer ${KEY}` } },
  });
const overStdio = () =>
  new StdioClientTransport({
    command: process.execPath,
    args: [`${import.meta.dirname}/../../cli/longshore.ts`, 'mcp', '--allow-replay'],
    env: { ...(process.env as Record<string, string>), LONGSHORE_URL: HUB, LONGSHORE_API_KEY: KEY },
  });

/** Calls a tool, prints the call and those members of the answer that the agent uses, and returns the whole answer. */
async function ask<T>(name: string, args: Record<string, unknown>, ...shown: Array<keyof T & string>): Promise<T> {
  const { structuredContent, content, isError } = await client.callTool({ name, arguments: args });
  if (isError) throw new Error(JSON.stringify(content));
  const found = structuredContent as T;
  const parts = Object.fromEntries(shown.map((member) => [member, found[member]]));
  console.log(`\`\`\`text\n${name} ${JSON.stringify(args)}\n${JSON.stringify(parts, null, 2)}\n\`\`\`\n`);
  return found;
}
const person = (text: string) => console.log(`**Person:** ${text}\n`);
const agent = (text: string) => console.log(`**Agent:** ${text}\n`);

async function where(): Promise<void> {
  person(`A buyer asks where ${words} is.`);
  const { orders } = await ask<{ orders: Array<{ id: string }> }>('find_order', { words }, 'orders');
  const order = orders[0]?.id;
  if (!order) return agent(`I find no order that is called ${words}.`);
  type Told = { sentence: string; waitsFor: { who: string }; parcels: unknown[] };
  const { sentence } = await ask<Told>('explain_order', { order }, 'sentence', 'waitsFor', 'parcels');
  agent(sentence);
}

interface Group {
  code: string;
  message: string;
  count: number;
  sample: string;
  filter: { connection?: string };
}

const largest = async (): Promise<Group | undefined> =>
  (await ask<{ causes: Group[] }>('list_causes', {}, 'causes')).causes[0];

async function wrong(): Promise<void> {
  person('Is anything wrong this morning?');
  const group = await largest();
  if (!group) return agent('Nothing is dead or blocked.');
  type Shown = {
    action: string;
    connection: string;
    state: string;
    cause: { description: string };
    attempts: unknown[];
  };
  const shown = await ask<Shown>('show_delivery', { delivery: group.sample }, 'action', 'state', 'cause', 'attempts');
  const { connection, action, state } = shown;
  type Health = { connections: Array<{ awaySince: string | null; lastError: string | null }> };
  const { connections } = await ask<Health>('connection_health', { connection }, 'connections');
  const isWell = connections.every(({ awaySince, lastError }) => !awaySince && !lastError);
  agent(
    `${group.count} deliveries (${action}) at ${connection} are ${state}. It answered “${group.message}” (${group.code}). The connection itself ${isWell ? 'is well' : 'is not well either'}. Once that is mended there, I can propose to run them again.`,
  );
}

async function mend(): Promise<void> {
  person('The warehouse has mended it. Run them again.');
  const group = await largest();
  if (!group) return agent('There is nothing to run again.');
  type Preview = {
    proposal: string;
    matched: number;
    calls: Array<{ connection: string; action: string; count: number }>;
  };
  const preview = await ask<Preview>('preview_replay', { filter: group.filter }, 'matched', 'calls', 'proposal');
  const calls = preview.calls
    .map(({ connection, action, count }) => `${count} × ${action} at ${connection}`)
    .join(', ');
  agent(`It would do ${calls}: 1 first, the others once that has gone well. Shall I?`);
  person('Yes.');
  const reason = 'the warehouse mended it; asked for by a person';
  const start = { proposal: preview.proposal, reason };
  const { replay } = await ask<{ replay: string; sentence: string }>('start_replay', start, 'replay', 'sentence');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const look = { name: 'show_replay', arguments: { replay } };
    const { endedAt } = (await client.callTool(look)).structuredContent as { endedAt: string | null };
    if (endedAt) break;
  }
  type Replay = { state: string; by: string; succeeded: number; matched: number; relapse: string | null };
  const done = await ask<Replay>('show_replay', { replay }, 'state', 'by', 'matched', 'succeeded', 'relapse');
  agent(
    done.relapse
      ? `It stopped: ${done.relapse} failed again. The others were not touched.`
      : `Done: ${done.succeeded} of ${done.matched} have gone well.`,
  );
}

await client.connect((values.http ? overHttp() : overStdio()) as Parameters<typeof client.connect>[0]);
try {
  await ({ where, wrong, mend }[about] ?? where)();
} finally {
  await client.close();
}
