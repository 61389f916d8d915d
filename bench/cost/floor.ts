import { randomUUID } from 'node:crypto';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { deliveryQueue, envName, functions, INBOUND_QUEUE } from '#lib/topology';
import { paidOrder } from '../scopio-event.ts';
import type { Spent, Step, World } from './world.ts';

/**
 * The least that keeps an order and tells two remotes once each: the order and its deliveries in single writes, each
 * delivery leased and its outcome written. No events kept, no transactions, lists or sweeper. Of Lambda, only
 * invocations are counted, as if code and waiting took no time.
 */
export async function runFloor(world: World, orders: number, batch: number): Promise<Step[]> {
  const { db } = await import('#lib/platform/table/table');
  const { pack } = await import('#lib/platform/table/item');
  const { applySnapshot } = await import('#lib/orders/snapshot');
  const { connector } = await import('#lib/marketplaces/scopio/index');
  const sqs = new SQSClient({});
  const urlOf = (queue: string) => process.env[envName.queueUrl(queue)];
  const receivedAt = new Date().toISOString();
  const connection = { id: 'floor', marketplace: 'scopio', baseUrl: 'http://127.0.0.1', settings: {} } as never;

  const invoked = (name: string): Spent => {
    const memoryMb = functions.find((each) => each.name === name)?.memoryMb ?? 0;
    return { invocations: 1, cpuMs: 0, waitMs: 0, initMs: 0, memoryMb, logBytes: 0, usages: world.take() };
  };
  const work = async (queue: string, name: string, each: (body: string) => Promise<void>, next?: string) => {
    const QueueUrl = urlOf(queue);
    const spent: Spent[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: batch }));
      if (Messages.length === 0) break;
      for (const { Body = '' } of Messages) await each(Body);
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      if (next) {
        const rings = Messages.map((_, index) => ({ Id: String(index), MessageBody: randomUUID() }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: urlOf(next), Entries: rings }));
      }
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      spent.push(invoked(name));
    }
    world.take();
    return spent;
  };
  const put = (pk: string, item: object) =>
    db.put({
      Item: { ...item, pk, sk: 'FLOOR' },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  const set = (pk: string, state: string) =>
    db.update({
      Key: { pk, sk: 'FLOOR' },
      UpdateExpression: 'SET #state = :state, updatedAt = :at',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': state, ':at': receivedAt },
    });

  const webhooks: Spent[] = [];
  for (let nth = 0; nth < orders; nth++) {
    await sqs.send(new SendMessageCommand({ QueueUrl: urlOf(INBOUND_QUEUE), MessageBody: paidOrder(`floor_${nth}`) }));
    webhooks.push(invoked('webhook-scopio'));
  }
  const record = async (body: string) => {
    const change = connector.map({ topic: 'order-paid', body: JSON.parse(body), receivedAt }, connection);
    if (change.type !== 'order') throw new Error('the floor sells orders');
    const source = { connection: 'floor', event: 'evt', by: 'webhook', receivedAt } as const;
    const { order } = applySnapshot(null, change.order, source);
    await put(`FLOOR#${order.id}`, pack({ ...order, pk: '', sk: '' }, []));
    await put(`FLOOR#${order.id}#push`, { state: 'pending', order: order.id });
  };
  const recorded = await work(INBOUND_QUEUE, 'ingest', record, deliveryQueue('marketful'));
  const tell = async (body: string) => {
    await set(`FLOOR#${body}`, 'leased');
    await set(`FLOOR#${body}`, 'succeeded');
  };
  const placed = await work(deliveryQueue('marketful'), 'pusher-marketful', tell, deliveryQueue('scopio'));
  const told = await work(deliveryQueue('scopio'), 'pusher-scopio', tell);
  return [
    { name: 'webhook of the sale', throughGateway: true, spent: webhooks },
    { name: 'order recorded', spent: recorded },
    { name: 'placed with the warehouse', spent: placed },
    { name: 'told to the shop', spent: told },
  ];
}
