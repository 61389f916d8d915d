import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { slim, slimConfig } from './slim.ts';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

const ANSWER = JSON.stringify({ Item: { name: { S: 'Zażółć' }, more: { S: 'x'.repeat(200_000) } } });

/** Reads one item from a server that gives these answers in turn, and the last one from then on. */
async function ask(answers: readonly RequestListener[]) {
  const bodies: string[] = [];
  let connections = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = answers[Math.min(bodies.length, answers.length - 1)];
      bodies.push(Buffer.concat(chunks).toString());
      answer?.(request, response);
    });
  }).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'k', secretAccessKey: 's' };
  const client = slim(new DynamoDBClient({ ...slimConfig, endpoint, region: 'eu-central-1', credentials }));
  const get = () => client.send(new GetItemCommand({ TableName: 'things', Key: { pk: { S: 'Łódź' } } }));
  return { get, bodies, connections: () => connections };
}

const whole: RequestListener = (_request, response) => response.end(ANSWER);

it('sends a text as it is and reads an answer whole, over one connection', async () => {
  const { get, bodies, connections } = await ask([whole]);
  for (const _time of [1, 2, 3]) expect((await get()).Item?.name?.S).toBe('Zażółć');
  expect(JSON.parse(bodies[0] ?? '')).toEqual({ TableName: 'things', Key: { pk: { S: 'Łódź' } } });
  expect(connections()).toBe(1);
});

it.each<[string, RequestListener]>([
  ['before the answer', (request) => request.socket.destroy()],
  [
    'within the answer',
    async (request, response) => {
      response.writeHead(200, { 'content-length': ANSWER.length });
      response.write(ANSWER.slice(0, 1000));
      await sleep(20);
      request.socket.destroy();
    },
  ],
  [
    'by an answer of 503',
    (_request, response) => {
      response.writeHead(503).end('<html>');
    },
  ],
])('is asked again by the SDK where it breaks %s', async (_where, broken) => {
  const { get, bodies } = await ask([broken, whole]);
  expect((await get()).Item?.name?.S).toBe('Zażółć');
  expect(bodies).toHaveLength(2);
});
