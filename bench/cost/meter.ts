import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { serveLoopback } from '#sandbox/loopback';

/** The usage of one AWS service by one kind of call. */
const noUsage = () => ({
  requests: 0,
  /** Chunks of 64 KB, by which SQS bills; those with a message group are counted separately. */
  chunks: 0,
  fairChunks: 0,
  writeUnits: 0,
  readUnits: 0,
  bytes: 0,
});

export type Usages = Map<string, ReturnType<typeof noUsage>>;

const CHUNK_BYTES = 64 * 1024;

interface Capacity {
  Table?: { CapacityUnits?: number; ReadCapacityUnits?: number; WriteCapacityUnits?: number };
  GlobalSecondaryIndexes?: Record<string, { CapacityUnits?: number }>;
  CapacityUnits?: number;
}

/** A proxy between SDK clients and emulators: counts every request and asks DynamoDB for consumed capacity. */
export async function startMeter(targets: Readonly<Record<string, string>>) {
  let usages: Usages = new Map();
  const agent = new Agent({ keepAlive: true });
  const open = Object.entries(targets).map(async ([service, target]) => {
    const served = await serveLoopback(async (asked, answer) => {
      const operation = String(asked.headers['x-amz-target']).split('.').at(-1) ?? '';
      const sent = prepare(operation, await buffer(asked));
      const passed = request(target, {
        agent,
        method: asked.method,
        path: asked.url,
        headers: { ...asked.headers, 'content-length': sent.length },
      });
      passed.end(sent);
      const [response] = (await once(passed, 'response')) as [IncomingMessage];
      const got = await buffer(response);
      note(usages, `${service} ${operation}`, sent, got);
      answer.writeHead(response.statusCode ?? 500, {
        ...response.headers,
        'content-length': got.length,
      });
      answer.end(got);
    });
    served.server.keepAliveTimeout = 60_000;
    return [service, served] as const;
  });
  const servers = await Promise.all(open);
  return {
    endpoints: Object.fromEntries(servers.map(([service, { url }]) => [service, url])),
    /** Returns the usage since the last call, and resets it. */
    take(): Usages {
      const taken = usages;
      usages = new Map();
      return taken;
    },
    close() {
      agent.destroy();
      for (const [, { close }] of servers) void close();
    },
  };
}

const TELLS_CAPACITY = /^(Batch|Transact)?(Get|Put|Update|Delete|Write)Items?$|^Query$/;

function prepare(operation: string, body: Buffer): Buffer {
  if (!TELLS_CAPACITY.test(operation)) return body;
  return Buffer.from(JSON.stringify({ ...JSON.parse(body.toString()), ReturnConsumedCapacity: 'INDEXES' }));
}

function note(usages: Usages, name: string, sent: Buffer, got: Buffer): void {
  const usage = usages.get(name) ?? noUsage();
  usages.set(name, usage);
  usage.requests += 1;
  usage.bytes += sent.length + got.length;
  if (name.startsWith('sqs')) {
    const chunks = Math.max(1, Math.ceil(Math.max(sent.length, got.length) / CHUNK_BYTES));
    usage.chunks += chunks;
    if (sent.includes('"MessageGroupId"')) usage.fairChunks += chunks;
  }
  if (!name.startsWith('dynamodb')) return;
  const { ConsumedCapacity } = JSON.parse(got.toString()) as { ConsumedCapacity?: Capacity | Capacity[] };
  // A write whose condition fails is billed, but its answer has no capacity: one unit, as our items are small.
  if (got.includes('ConditionalCheckFailedException')) usage.writeUnits += 1;
  const isRead = /Get|Query|Scan/.test(name);
  for (const capacity of [ConsumedCapacity ?? []].flat()) {
    if (isRead) usage.readUnits += capacity.CapacityUnits ?? 0;
    else usage.writeUnits += capacity.CapacityUnits ?? 0;
  }
}
