import { expect, test } from 'vitest';
import { RejectedError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, remoteContext } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { webhookRegistry } from './webhook-registry.ts';

function open(script: Answer[]) {
  const { calls, http } = createRemote('marketful', script);
  const remote = { http, connection: connectionOf(info), secrets: { accessToken: 'token', userId: 'user' } };
  return { calls, context: remoteContext(remote) };
}

const said = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) });

test('lists what is registered under our topics, and what is not ours', async () => {
  const webhooks = [
    { id: 3, url: 'https://a.example/1', tipo: 'order/created' },
    { id: '4', url: 'www.example.com/notificaciones', tipo: 'shipment_event/created' },
    { id: 5, url: 'https://a.example/2', tipo: 'order/vanished', created_at: null },
  ];
  expect(await webhookRegistry.list(open([said(200, { message: 'Success', webhooks })]).context)).toEqual([
    { id: '3', url: 'https://a.example/1', topic: 'order-created' },
    { id: '4', url: 'www.example.com/notificaciones', topic: 'shipment-event-created' },
    { id: '5', url: 'https://a.example/2', topic: null },
  ]);
  expect(await webhookRegistry.list(open([said(200, { message: 'Success' })]).context)).toEqual([]);
  const keyed = open([said(200, { message: 'Success', webhooks: { 3: webhooks[0] } })]);
  expect(await webhookRegistry.list(keyed.context)).toMatchObject([{ id: '3', topic: 'order-created' }]);
  const [webhook] = webhooks;
  const other = { webhook_id: 3, url: 'https://a.example/1', type: 'ORDER/CREATED' };
  for (const list of [[webhook], { webhooks: [{ webhook }] }, { webhooks: [other] }, { data: { webhooks: [webhook] } }])
    expect(await webhookRegistry.list(open([said(200, list)]).context)).toEqual([
      { id: '3', url: 'https://a.example/1', topic: 'order-created' },
    ]);
});

test.each([
  ['order-created', 'order/created'],
  ['order-updated', 'order/updated'],
  ['shipment-event-created', 'shipment_event/created'],
])('registers %s as %s', async (topic, tipo) => {
  const { calls, context } = open([said(200, { message: 'Success', webhook: { id: 3 } })]);
  await webhookRegistry.create(context, topic, 'https://hub.example/x');
  expect(calls[0]?.body).toEqual({ url: 'https://hub.example/x', tipo });
});

test('a URL that is refused is an error in their words', async () => {
  const { context } = open([said(404, { message: 'Ya existe un Webhook para order/created' })]);
  const error = await webhookRegistry.create(context, 'order-created', 'https://x').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RejectedError);
  expect(String(error)).toContain('Ya existe un Webhook');
});

test('what is gone already is removed', async () => {
  const { calls, context } = open([said(404, { message: 'Webhook 4 no encontrado' })]);
  await webhookRegistry.remove(context, '4');
  expect(calls[0]?.body).toEqual({ webhook_id: '4' });
  const invalid = open([said(404, { message: 'Parametro webhook_id no esta presente o esta en un formato invalido' })]);
  await expect(webhookRegistry.remove(invalid.context, 'x')).rejects.toBeInstanceOf(RejectedError);
});
