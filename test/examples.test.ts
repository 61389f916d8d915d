import { execFile, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_KEY, eventually, freePort } from './support/hub.ts';
import { SHOP, type Stage, startStage } from './support/stage.ts';

const run = promisify(execFile);
let stage: Stage;
const RECEIVERS = [
  { name: 'TypeScript', command: process.execPath, file: 'examples/erp/receiver.ts', port: await freePort() },
  { name: 'Python', command: 'python3', file: 'examples/erp/receiver.py', port: await freePort() },
];
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

beforeAll(async () => {
  stage = await startStage({
    env: { NOTIFY_SCHEDULE_SECONDS: '0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1', AWAY_PROBE_SECONDS: '1' },
    edit: (file) => {
      file.endpoints = RECEIVERS.map(({ name, port }) => ({
        ...{ id: name.toLowerCase(), url: `http://127.0.0.1:${port}/hooks` },
        secrets: { signingSecret: SECRET },
      }));
    },
  });
});
afterAll(() => stage.stop());

const untilInFeed = (id: string) =>
  eventually(async () => {
    const { changes } = await stage.hub.get<{ changes: Array<{ order: string; type: string }> }>('/changes?limit=200');
    expect(changes.filter(({ order }) => order === id).map(({ type }) => type)).toContain('order.released');
    return true;
  }, 'the order in the feed');

/** A proxy to the hub that breaks off once, as during a deployment of the hub. */
async function breaksOffOnce(hub: string) {
  let isAway = true;
  const way = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    if (isAway) {
      isAway = false;
      return void request.socket.destroy();
    }
    const { method = 'GET', headers } = request;
    const asked = { authorization: headers.authorization ?? '', 'content-type': 'application/json' };
    const answer = await fetch(hub + request.url, { method, headers: asked, ...(method !== 'GET' && { body }) });
    response.writeHead(answer.status).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  return { url: `http://127.0.0.1:${(way.address() as AddressInfo).port}`, stop: () => way.close() };
}

const PROGRAMS = [
  { name: 'TypeScript', command: process.execPath, file: 'examples/erp/feed.ts' },
  { name: 'Python', command: 'python3', file: 'examples/erp/feed.py' },
];

test.each(PROGRAMS)(
  'the example in $name books each order once, acknowledges it under a number of its own, and waits for a hub that is away',
  async (each) => {
    const there = await run(each.command, ['--version']).then(
      () => true,
      () => false,
    );
    // Without Python on the machine, only the other one runs.
    if (!there) return;
    const [sold] = stage.scopio.place({});
    const id = `${SHOP}:${sold?.id}`;
    const example = async (url = stage.hub.url) => {
      const env = { ...process.env, LONGSHORE_URL: url, LONGSHORE_API_KEY: API_KEY };
      const { stdout } = await run(each.command, [each.file, '--once'], { cwd: `${import.meta.dirname}/..`, env });
      return stdout.trim().split('\n').filter(Boolean);
    };
    await untilInFeed(id);
    const way = await breaksOffOnce(stage.hub.url);
    const booked = await example(way.url);
    way.stop();
    const { number, acknowledgement } = (await stage.hub.get(`/orders/${encodeURIComponent(id)}`)) as {
      number: string;
      acknowledgement: { reference: string };
    };
    expect(booked.filter((said) => said === `booked ${number}`)).toHaveLength(1);
    expect(acknowledgement.reference).toBe(`SO-${number}`);
    expect(await example()).toEqual([]);
  },
);

/** A caller that goes away in the middle of its body. */
async function cutOff(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST /hooks HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf', () => socket.resetAndDestroy());
  await once(socket, 'close');
}

const seconds = (ahead = 0) => String(Math.floor(Date.now() / 1000) + ahead);

/** A signed message. */
function send(port: number, content: object, id: string, timestamp = seconds()): Promise<Response> {
  const body = JSON.stringify(content);
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return fetch(`http://127.0.0.1:${port}/hooks`, { method: 'POST', headers, body });
}

/** One in several chunks, with multibyte characters split between them. */
const sendLong = (port: number, timestamp?: string) =>
  send(port, { type: 'endpoint.test', data: { note: `x${'ż€'.repeat(60_000)}` } }, 'test_long', timestamp);

test.each(RECEIVERS)(
  'the receiver in $name verifies what it is told, books it, and catches up by the feed',
  async (each) => {
    const there = await run(each.command, ['--version']).then(
      () => true,
      () => false,
    );
    if (!there) return;
    const [missed] = stage.scopio.place({});
    const numberOf = async (id: string | undefined) => (await stage.order(id ?? '')).number;
    await stage.settled(missed?.id ?? '', 'order', 'succeeded');
    await untilInFeed(`${SHOP}:${missed?.id}`);
    const env = { LONGSHORE_URL: stage.hub.url, LONGSHORE_API_KEY: API_KEY, SECRET, PORT: `${each.port}` };
    const receiver = spawn(each.command, [each.file], {
      cwd: `${import.meta.dirname}/..`,
      env: { ...process.env, ...env },
    });
    try {
      let said = '';
      receiver.stdout.on('data', (chunk) => (said += chunk));
      await eventually(() => said.includes('listening'), 'the receiver');
      expect(said).toContain(`booked ${await numberOf(missed?.id)}`);
      const forged = await fetch(`http://127.0.0.1:${each.port}/hooks`, { method: 'POST', body: '{}' });
      expect(forged.status).toBe(401);
      await cutOff(each.port);
      const tried = await stage.hub.send('POST', `/endpoints/${each.name.toLowerCase()}/test`);
      expect(await tried.json()).toMatchObject({ ok: true });
      expect((await sendLong(each.port)).status).toBe(204);
      // Timestamps like `<now>abc` were once accepted, as was one a day ahead.
      for (const time of [`${seconds()}abc`, ` ${seconds()}.5`, seconds(86_400), seconds(-86_400), 'NaN', ''])
        expect([time, (await sendLong(each.port, time)).status]).toEqual([time, 401]);
      const [sold] = stage.scopio.place({});
      await stage.settled(sold?.id ?? '', 'order', 'succeeded');
      const booked = `booked ${await numberOf(sold?.id)}`;
      await eventually(() => said.includes(booked), 'what it is told');
      await stage.hub.send('POST', `/endpoints/${each.name.toLowerCase()}/pause`);
      const [twice] = stage.scopio.place({});
      await untilInFeed(`${SHOP}:${twice?.id}`);
      const change = { id: `chg_${each.name}`, type: 'order.released', order: `${SHOP}:${twice?.id}` };
      const sent = [1, 2, 3].map(() => send(each.port, { type: change.type, data: change }, change.id));
      expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([204, 204, 204]);
      const bookedOnce = `booked ${await numberOf(twice?.id)}\n`;
      await eventually(() => said.includes(bookedOnce), 'what came three times');
      expect(said.split(bookedOnce)).toHaveLength(2);
    } finally {
      receiver.kill();
    }
  },
);
