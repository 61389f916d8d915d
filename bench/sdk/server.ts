import { parentPort } from 'node:worker_threads';
import { serveLoopback } from '#sandbox/loopback';

/** The answer to a write that returns what it wrote. */
const ANSWER = JSON.stringify({
  Attributes: {
    pk: { S: 'DELIVERY#dlv_1' },
    sk: { S: 'DELIVERY' },
    packed: { B: Buffer.alloc(600, 7).toString('base64') },
  },
});

const { port } = await serveLoopback((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
});
parentPort?.postMessage(port);
