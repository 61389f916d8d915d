import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { serveLoopback } from '#sandbox/loopback';
import { SHOP } from '../loop/remotes.ts';
import { WEBHOOK_SECRET } from '../scopio-event.ts';

// Run as a process: stubs of SQS and Secrets Manager that answer at once, so that only the receiver is measured.

interface Request {
  MessageBody?: string;
  Entries?: Array<{ Id: string; MessageBody: string }>;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function answer(target: string, body: string): object {
  if (target.endsWith('GetSecretValue')) {
    const credentials = { secrets: { webhookSecret: WEBHOOK_SECRET }, settings: {} };
    return { SecretString: JSON.stringify({ connections: { [SHOP]: credentials } }) };
  }
  const { MessageBody = '', Entries } = JSON.parse(body) as Request;
  if (!Entries) return { MessageId: '1', MD5OfMessageBody: md5(MessageBody) };
  const Successful = Entries.map((entry) => ({
    Id: entry.Id,
    MessageId: entry.Id,
    MD5OfMessageBody: md5(entry.MessageBody),
  }));
  return { Successful, Failed: [] };
}

const { server, port } = await serveLoopback(async (request, response) => {
  const body = JSON.stringify(answer(String(request.headers['x-amz-target']), await text(request)));
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
process.once('disconnect', () => process.exit());
process.send?.(port);
