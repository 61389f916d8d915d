import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** AWS as Lambda's own pollers call it: they are no part of the hub, and need none of its SDK. */
export function callAws(url: string, target: string, input: object, signal?: AbortSignal): Promise<unknown> {
  const body = JSON.stringify(input);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
    'x-amz-target': target,
    // The emulators know the key of the moment and ask for no signature.
    authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/20261101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers, ...(signal && { signal }) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) return resolve(JSON.parse(text));
        const refusal = new Error(`${target} was answered ${response.statusCode}`);
        // The AWS error's name: it is what a log line tells of a failure.
        refusal.name = /"__type":"[^"#]*#?(\w+)"/.exec(text)?.[1] ?? 'AwsRefusal';
        reject(refusal);
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
