import { Agent, request } from 'node:http';
import { type NearbyAnswer, type NearbyRequest, nearby } from '#lib/platform/sdk-tuning/nearby';

const agent = new Agent({ keepAlive: true });

/** Hosts by URL: the same few URLs are called over and over. */
const hosts = new Map<string, string>();

function hostOf(url: string): string {
  const host = hosts.get(url) ?? new URL(url).host;
  hosts.set(url, host);
  return host;
}

/** Calls AWS as Lambda's own pollers do: they are not part of the hub and need none of its SDK. */
export async function callAws(url: string, target: string, input: object, signal?: AbortSignal): Promise<unknown> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': target,
    // The emulators accept the current key and check no signature.
    authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/20261101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
  };
  const asked = { headers, body: JSON.stringify(input) };
  const ask = nearby.get(hostOf(url));
  const { statusCode, body } = await (ask ? ask(asked, signal) : overHttp(url, asked, signal));
  if (statusCode === 200) return JSON.parse(body);
  const refusal = new Error(`${target} was answered ${statusCode}`);
  // The AWS error's name, which is what a log line says of a failure.
  refusal.name = /"__type":"[^"#]*#?(\w+)"/.exec(body)?.[1] ?? 'AwsRefusal';
  throw refusal;
}

type Answer = Pick<NearbyAnswer, 'statusCode' | 'body'>;

function overHttp(url: string, { headers: asked, body }: NearbyRequest, signal?: AbortSignal): Promise<Answer> {
  const headers = { ...asked, 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers, ...(signal && { signal }) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => resolve({ statusCode: response.statusCode ?? 0, body: text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
