import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { RejectedError, RetryableError, ThrottledError, UnknownOutcomeError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, pollContext, pushInput, remoteContext } from '#test/conformance/kit';
import { fulfillment } from './actions.ts';
import { info } from './manifest.ts';
import { poll } from './poll.ts';
import { Settings } from './settings.ts';
import { webhook } from './webhook.ts';

function open(script: Answer[], settings: Record<string, unknown> = {}) {
  const { calls, http } = createRemote('scopio', script);
  const connection = connectionOf(info, settings);
  const remote = remoteContext({ http, connection, secrets: { apiKey: 'sk_mkt_test' } });
  return { calls, remote, input: pushInput(connection) };
}

test('reports a parcel the way the document shows it', async () => {
  const { calls, remote, input } = open([{ status: 200, body: 'fulfilled.json' }]);
  const parcel = { ...input.fulfillment, labelUrl: 'https://labels.example/1.pdf' };
  expect(await fulfillment.push(remote, { ...input, fulfillment: parcel })).toEqual({});
  expect(calls[0]).toMatchObject({
    method: 'POST',
    body: { tracking_number: 'JD0146000055', carrier: 'dhl', label_url: 'https://labels.example/1.pdf' },
  });
  expect(calls[0]?.url.pathname).toBe('/base/api/seller/orders/ord_8f3a/fulfill');
  expect(calls[0]?.headers.get('authorization')).toBe('Bearer sk_mkt_test');
});

test('leaves the label out where there is none', async () => {
  const { calls, remote, input } = open([{ status: 200, body: '' }]);
  await fulfillment.push(remote, input);
  expect(calls[0]?.body).toEqual({ tracking_number: 'JD0146000055', carrier: 'dhl' });
});

test('takes success for what it says', async () => {
  const { remote, input } = open([
    { status: 200, body: '{"success":false,"code":"x","description":"already packed"}' },
  ]);
  const error = await fulfillment.push(remote, input).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RejectedError);
  expect(String(error)).toContain('already packed');
});

test.each(['{"success":"true"}', '{"code":200,"description":"OK"}', 'null', '{"error":null}'])(
  '%s is done',
  async (body) => {
    const { remote, input } = open([{ status: 200, body }]);
    expect(await fulfillment.push(remote, input)).toEqual({});
  },
);

test.each([
  ['{"success":"false"}', RejectedError],
  ['{"success":0}', RejectedError],
  ['{"code":"bad_payload","description":"no"}', UnknownOutcomeError],
  ['{"error":"Too Many Requests","retry_after_seconds":60}', ThrottledError],
  ['{"error":{"code":"locked","description":"no"}}', UnknownOutcomeError],
  ['{"errors":["no"]}', UnknownOutcomeError],
  ['{"status":"error","message":"no"}', UnknownOutcomeError],
  ['{"success":"failed"}', UnknownOutcomeError],
  ['{"data":{"success":false}}', RejectedError],
])('an error under a status of success is none: %s', async (body, Expected) => {
  const { remote, input } = open([{ status: 200, body }]);
  await expect(fulfillment.push(remote, input)).rejects.toBeInstanceOf(Expected);
  const list = open([{ status: 200, body: body.replace('}', ',"orders":[]}') }]);
  await expect(fulfillment.probe(list.remote, list.input)).rejects.toBeInstanceOf(
    Expected === ThrottledError ? ThrottledError : RetryableError,
  );
});

test.each([
  '[{"id":"ord_8f3a"}]',
  '{"results":[{"id":"ord_8f3a"}]}',
  '{"success":true,"data":{"orders":[{"id":"ord_8f3a"}]}}',
  '{"data":[{"id":"ord_8f3a"}]}',
  '{"result":[],"orders":[{"id":"ord_8f3a"}]}',
])('the list is found where it is: %s', async (body) => {
  const { remote, input } = open([{ status: 200, body }]);
  expect(await fulfillment.probe(remote, input)).toBeNull();
});

test.each(['{}', '{"success":true}', '{"data":null}'])('what shows no list is no empty one: %s', async (body) => {
  const { remote, input } = open([{ status: 200, body }]);
  await expect(fulfillment.probe(remote, input)).rejects.toThrow('orders');
});

test('takes a page from somewhere in between for no answer', async () => {
  const { remote, input } = open([{ status: 200, body: '<html>Please wait' }]);
  const error = await fulfillment.push(remote, input).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnknownOutcomeError);
});

test('does not take a parcel for told because another took the order off the list: a person looks', async () => {
  const probe = (list: string) => {
    const { remote, input } = open([{ status: 200, body: list }]);
    return fulfillment.probe(remote, { ...input, anotherReported: true });
  };
  await expect(probe('order-list-empty.json')).rejects.toMatchObject({ code: 'outcome_unknown', waitsFor: 'operator' });
  await expect(probe('order-list.json')).resolves.toBeNull();
});

test.each([
  [{ total: 3 }, true],
  [{ meta: { total: '2' } }, true],
  [{ pagination: { page: 1, next_page: 2 } }, true],
  [{ links: { next: 'https://x.example/?page=2' } }, true],
  [{ has_more: true }, true],
  [{ total: 1, meta: { next: null }, has_more: false, next_page: '' }, false],
])('a list that is not all of it says so, and nothing is concluded from it: %o', async (more, isPart) => {
  const body = JSON.stringify({ success: true, orders: [{ id: 'other', items: [{}] }], ...more });
  const list = () => open([{ status: 200, body }]);
  const [page] = await Array.fromAsync(poll(pollContext(list().remote)));
  expect(page?.remark?.includes('more orders than its list shows') ?? false).toBe(isPart);
  const { remote, input } = list();
  const probed = fulfillment.probe(remote, input);
  if (isPart) await expect(probed).rejects.toMatchObject({ code: 'outcome_unknown' });
  else expect(await probed).not.toBeNull();
});

test('204 is an empty list', async () => {
  const [page] = await Array.fromAsync(poll(pollContext(open([{ status: 204, body: '' }]).remote)));
  expect(page).toEqual({ items: [], resume: null });
});

test('one bad order in the list does not spoil the others', async () => {
  const { remote } = open([{ status: 200, body: '{"success":true,"orders":[null,{"id":"a"},7]}' }]);
  for await (const { items, resume } of poll(pollContext(remote))) {
    expect(items.map(({ body }) => body)).toEqual([null, { id: 'a' }, 7]);
    expect(resume).toBeNull();
  }
});

test('a list that says it failed is a failure, for the poll and for a probe', async () => {
  const failed = { status: 200, body: '{"success":false,"orders":[]}' };
  const { remote, input } = open([failed, failed]);
  await expect(poll(pollContext(remote)).next()).rejects.toBeInstanceOf(RetryableError);
  await expect(fulfillment.probe(remote, input)).rejects.toBeInstanceOf(RetryableError);
});

test('a probe finds the order by whichever member names it', async () => {
  const keyed = open([{ status: 200, body: '{"success":true,"orders":{"7":{"id":"ord_8f3a"}}}' }]);
  expect(await fulfillment.probe(keyed.remote, keyed.input)).toBeNull();
  const alone = '{"id":"ord_8f3a","shipping_address":{},"items":[{"id":"li_1"}]}';
  const spelled = alone.replace('shipping_address', 'shippingAddress');
  const ones = [`{"success":true,"orders":${alone}}`, `{"success":true,"data":{"order":${alone}}}`];
  for (const body of [...ones, `{"success":true,"order":${spelled}}`]) {
    const { remote, input } = open([{ status: 200, body }]);
    expect(await fulfillment.probe(remote, input)).toBeNull();
  }
  const listed = [`"id":"page_1","items":[${spelled}]`, `"data":{"id":"page_1","items":[${spelled}]}`];
  for (const list of [...listed, `"orders":${alone.replace('}', '},"data":{"note":"x"}')}`]) {
    const { remote, input } = open([{ status: 200, body: `{"success":true,${list}}` }]);
    expect(await fulfillment.probe(remote, input)).toBeNull();
  }
  const wrapped = '{"order":{"id":"ord_8f3a","items":[]}}';
  for (const order of ['{"orderNo":"ord_8f3a"}', wrapped]) {
    const { remote, input } = open([{ status: 200, body: `{"success":true,"orders":[${order}]}` }]);
    expect(await fulfillment.probe(remote, input)).toBeNull();
  }
});

test.each([
  [
    't and v1',
    { 'x-scopio-signature': 't=17,v1=SIG' },
    { signedContent: '{t}.{body}', signatureFormat: 'elements' },
    '17.',
  ],
  ['a prefix of its own', { 'x-scopio-signature': 'v1=SIG' }, { signatureFormat: 'elements' }, ''],
  [
    'time in another header',
    { 'x-sig': 'v0=SIG', 'x-time': '17' },
    { signatureHeader: 'X-Sig', signedContent: 'V0:{X-Time}:{body}', signatureFormat: 'elements' },
    'V0:17:',
  ],
  [
    'Standard Webhooks',
    { 'webhook-id': 'msg_1', 'webhook-timestamp': '17', 'webhook-signature': 'v1,OLDOLDOLDOLDOLDOLD v1,SIG' },
    {
      signatureHeader: 'webhook-signature',
      signatureFormat: 'elements',
      signatureEncoding: 'base64',
      signedContent: '{webhook-id}.{webhook-timestamp}.{body}',
    },
    'msg_1.17.',
  ],
  ['either of two headers', { 'x-b': 'SIG' }, { signatureHeader: 'X-A, X-B' }, ''],
  ['a header that was copied with its colon', { 'x-a': 'SIG' }, { signatureHeader: 'X-A:' }, ''],
])('verifies %s, and admits it later', (_name, given, settings: Record<string, string>, before) => {
  const body = Buffer.from('{"id":1}');
  const encoding = settings.signatureEncoding === 'base64' ? 'base64' : 'hex';
  const signature = createHmac('sha256', 'secret').update(`${before}{"id":1}`).digest(encoding);
  const headers = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value.replace('SIG', signature)]),
  );
  const credentials = { secrets: { webhookSecret: 'secret' }, settings };
  expect(Settings.safeParse(settings).success).toBe(true);
  expect(webhook.authenticate({ headers, body, rest: [] }, credentials)).toBe(true);
  expect(webhook.authenticate({ headers, body: Buffer.from('{"id":2}'), rest: [] }, credentials)).toBe(false);
  expect(webhook.admits(webhook.evidence({ headers, body, rest: [] }, credentials) ?? {}, body, credentials)).toBe(
    true,
  );
  expect(webhook.authenticate({ headers, body, rest: [] }, { ...credentials, settings: {} })).toBe(false);
});

test('what is signed holds the body', () => {
  expect(Settings.safeParse({ signedContent: '{t}' }).success).toBe(false);
});

test('verifies by the header, algorithm and encoding of the connection', () => {
  const settings = { signatureHeader: 'X-Sig', signatureAlgorithm: 'sha512', signatureEncoding: 'base64' };
  const body = Buffer.from('{}');
  const signature = createHmac('sha512', 's').update(body).digest('base64');
  const accepts = (headers: Record<string, string>, changed: Record<string, string> = settings) =>
    webhook.authenticate({ headers, body, rest: [] }, { secrets: { webhookSecret: 's' }, settings: changed });
  expect(Settings.safeParse(settings).success).toBe(true);
  expect(accepts({ 'x-sig': signature })).toBe(true);
  expect(accepts({ 'x-sig': `sha512=${signature}` })).toBe(true);
  expect(accepts({ 'x-scopio-signature': signature })).toBe(false);
  expect(accepts({ 'x-sig': signature }, { ...settings, signatureAlgorithm: 'sha513' })).toBe(false);
  expect(accepts({ 'x-sig': signature }, { ...settings, signatureEncoding: 'latin1' })).toBe(false);
  expect(Settings.safeParse({ ...settings, signatureAlgorithm: 'md5' }).success).toBe(false);
});
