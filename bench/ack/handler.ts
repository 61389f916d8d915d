import { fork } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { envName, INBOUND_QUEUE } from '#lib/platform/names';
import { SHOP } from '../loop/remotes.ts';
import { median } from '../report.ts';
import { paidOrder, sign, WEBHOOK_SECRET } from '../scopio-event.ts';

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>;

/** Microseconds of one call: until the answer (median of calls), and of CPU (median of blocks). */
interface Timing {
  wallUs: number;
  cpuUs: number;
}

export interface HandlerResult {
  handler: Timing;
  floor: Timing;
  wallRatio: number;
  cpuRatio: number;
  calls: number;
}

const BLOCK = 50;
const WARM_UP_BLOCKS = 10;

/** Compares in a separate process: here, the log lines of thousands of calls would be measured, too. */
export async function compareHandlers(blocks: number): Promise<HandlerResult> {
  const child = fork(new URL(import.meta.url), [String(blocks)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [result] = (await once(child, 'message')) as [HandlerResult];
  return result;
}

/** Measures receiver and floor in turns, one call at a time as Lambda makes them, with SQS stubbed at the socket. */
async function compare(blocks: number): Promise<HandlerResult> {
  const edge = fork(new URL('./edge.ts', import.meta.url));
  const [port] = (await once(edge, 'message')) as [number];
  const endpoint = `http://127.0.0.1:${port}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    [envName.queueUrl(INBOUND_QUEUE)]: `${endpoint}/000000000000/inbound`,
    [envName.secretId('scopio')]: 'scopio',
  });
  const { handler } = (await import('#functions/webhooks/scopio')) as unknown as { handler: Handler };
  const floor = createFloor(`${endpoint}/000000000000/inbound`);

  const seen = { handler: createSeries(handler), floor: createSeries(floor) };
  for (let block = 0; block < blocks + WARM_UP_BLOCKS; block++) {
    const keep = block >= WARM_UP_BLOCKS;
    // Receiver and floor take turns in going first, so that neither always collects the other's garbage.
    for (const series of block % 2 ? [seen.floor, seen.handler] : [seen.handler, seen.floor])
      await series.run(BLOCK, keep);
  }
  edge.kill();
  const [ours, theirs] = [seen.handler.timing(), seen.floor.timing()];
  return {
    handler: ours,
    floor: theirs,
    wallRatio: ours.wallUs / theirs.wallUs,
    cpuRatio: ours.cpuUs / theirs.cpuUs,
    calls: blocks * BLOCK,
  };
}

/** The least a receiver must do: the HMAC over the raw body, and one SendMessage. */
function createFloor(QueueUrl: string): Handler {
  const sqs = new SQSClient({});
  return async (event) => {
    const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
    const expected = createHmac('sha256', WEBHOOK_SECRET).update(body).digest();
    const presented = Buffer.from(event.headers['x-scopio-signature'] ?? '', 'hex');
    if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return { statusCode: 401 };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body.toString() }));
    return { statusCode: 200, body: '{}' };
  };
}

function createSeries(handler: Handler) {
  const wall: number[] = [];
  const cpu: number[] = [];
  let sent = 0;
  return {
    async run(calls: number, keep: boolean): Promise<void> {
      const events = Array.from({ length: calls }, () => eventOf(paidOrder(`ord_${sent++}`)));
      const before = process.cpuUsage();
      for (const event of events) {
        const began = performance.now();
        const answer = (await handler(event, { functionName: 'bench' } as Context)) as { statusCode: number };
        if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
        if (keep) wall.push((performance.now() - began) * 1000);
      }
      const { user, system } = process.cpuUsage(before);
      if (keep) cpu.push((user + system) / calls);
    },
    timing: (): Timing => ({ wallUs: median(wall), cpuUs: median(cpu) }),
  };
}

/** API Gateway's payload 2.0. */
function eventOf(body: string): APIGatewayProxyEventV2 {
  const path = `/webhooks/scopio/${SHOP}/order-paid`;
  return {
    version: '2.0',
    routeKey: 'POST /webhooks/scopio/{path+}',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', 'x-scopio-signature': sign(body), host: 'hub.example.com' },
    requestContext: { http: { method: 'POST', path } } as APIGatewayProxyEventV2['requestContext'],
    body,
    isBase64Encoded: false,
  };
}

if (process.send && process.argv[1] === import.meta.filename) {
  process.send(await compare(Number(process.argv[2])));
  process.disconnect();
}
