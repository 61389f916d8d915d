import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

/** Answers like a write to the table that returns what it wrote. */
const ANSWER = JSON.stringify({
  Attributes: {
    pk: { S: 'DELIVERY#dlv_1' },
    sk: { S: 'DELIVERY' },
    packed: { B: Buffer.alloc(600, 7).toString('base64') },
  },
});

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
