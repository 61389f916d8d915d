import { MB_PER_CPU, type Prices } from './prices.ts';
import type { Spent, Step } from './world.ts';

/** One step of an order: the calls made, and USD for a million orders by line of the bill. */
export interface Bill {
  name: string;
  isReturn: boolean;
  isSide: boolean;
  requests: number;
  writeUnits: number;
  readUnits: number;
  billedMs: number;
  kilobytes: number;
  logBytes: number;
  /** Requests by service and operation. */
  calls: Record<string, number>;
  lines: Record<'API Gateway' | 'Lambda' | 'SQS' | 'DynamoDB' | 'Secrets Manager' | 'logs', number>;
  usd: number;
}

const MILLION = 1e6;

export function billOf(
  { name, isReturn = false, isSide = false, throughGateway = false, spent }: Step,
  orders: number,
  prices: Prices,
): Bill {
  const sum = (of: (each: Spent) => number) => spent.reduce((total, each) => total + of(each), 0) / orders;
  const usage = (service: string, of: 'requests' | 'chunks' | 'fairChunks' | 'writeUnits' | 'readUnits' | 'bytes') =>
    sum(({ usages }) =>
      [...usages].reduce((total, [call, used]) => (call.startsWith(service) ? total + used[of] : total), 0),
    );
  const gbSeconds = sum((each) => (billedMs(each) / 1000) * (each.memoryMb / 1024));
  const lines = {
    'API Gateway': throughGateway ? prices.apiGatewayRequest : 0,
    Lambda: sum(({ invocations }) => invocations) * prices.lambdaRequest + gbSeconds * prices.lambdaGbSecond,
    SQS: usage('sqs', 'chunks') * prices.sqsRequest + usage('sqs', 'fairChunks') * prices.sqsFairRequest,
    DynamoDB:
      usage('dynamodb', 'writeUnits') * prices.dynamodbWrite + usage('dynamodb', 'readUnits') * prices.dynamodbRead,
    'Secrets Manager': usage('secretsManager', 'requests') * prices.secretsManagerRequest,
    logs: (sum(({ logBytes }) => logBytes) / 1e9) * prices.logsGb,
  };
  for (const line of Object.keys(lines) as Array<keyof typeof lines>) lines[line] *= MILLION;
  return {
    name,
    isReturn,
    isSide,
    requests: usage('', 'requests'),
    writeUnits: usage('dynamodb', 'writeUnits'),
    readUnits: usage('dynamodb', 'readUnits'),
    billedMs: sum(billedMs),
    kilobytes: usage('', 'bytes') / 1024,
    logBytes: sum(({ logBytes }) => logBytes),
    calls: addUp(spent.flatMap(({ usages }) => [...usages].map(([call, { requests }]) => [call, requests / orders]))),
    lines,
    usd: Object.values(lines).reduce((total, usd) => total + usd, 0),
  };
}

function addUp(counts: ReadonlyArray<[name: string, count: number]>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of counts) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

/** Billed milliseconds, rounded up: CPU time takes longer if the function's memory buys less than a whole CPU. */
const billedMs = ({ cpuMs, waitMs, initMs, memoryMb }: Spent): number =>
  Math.ceil(initMs + waitMs + cpuMs * Math.max(1, MB_PER_CPU / memoryMb));

export function addBills(name: string, bills: readonly Bill[]): Bill {
  const sum = (of: (bill: Bill) => number) => bills.reduce((total, bill) => total + of(bill), 0);
  const [first] = bills;
  const names = Object.keys(first?.lines ?? {}) as Array<keyof Bill['lines']>;
  return {
    name,
    isReturn: false,
    isSide: false,
    requests: sum(({ requests }) => requests),
    writeUnits: sum(({ writeUnits }) => writeUnits),
    readUnits: sum(({ readUnits }) => readUnits),
    billedMs: sum((bill) => bill.billedMs),
    kilobytes: sum(({ kilobytes }) => kilobytes),
    logBytes: sum(({ logBytes }) => logBytes),
    calls: addUp(bills.flatMap(({ calls }) => Object.entries(calls))),
    lines: Object.fromEntries(names.map((line) => [line, sum(({ lines }) => lines[line])])) as Bill['lines'],
    usd: sum(({ usd }) => usd),
  };
}
