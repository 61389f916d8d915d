import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../test-receiver.ts';
import { type MarketfulSandbox, startMarketfulSandbox } from './index.ts';

const headers = { authorization: 'mf_token', user: '42' };
const hook = { url: 'www.example.com/notificaciones', tipo: 'order/created' };

describe('the webhook registry of Marketful', () => {
  let sandbox: MarketfulSandbox;
  const answer = async (method: string, path: string, body?: unknown) => {
    const { status, json } = await call(sandbox.url + path, { method, headers, ...(body ? { body } : {}) });
    return { status, ...json };
  };
  beforeAll(async () => {
    sandbox = await startMarketfulSandbox({ accessToken: 'mf_token', userId: '42' });
  });
  beforeEach(() => call(`${sandbox.url}/_sandbox/reset`, { method: 'POST' }));
  afterAll(() => sandbox.stop());

  it('creates one webhook of a kind and returns it when asked for the same again', async () => {
    const created = await answer('POST', '/webhooks/crear', hook);
    expect(created).toMatchObject({ status: 200, message: 'Success', webhook: { id: 1, ...hook } });
    expect(await answer('POST', '/webhooks/crear', hook)).toEqual(created);
    expect(await answer('POST', '/webhooks/crear', { ...hook, url: 'https://other.example/' })).toEqual({
      status: 404,
      message: 'Ya existe un Webhook para order/created',
    });
    expect(await answer('GET', '/webhooks/consultar')).toEqual({
      status: 200,
      message: 'Success',
      webhooks: [created.webhook],
    });
  });

  it('refuses unknown kinds, missing parameters and what is no URL', async () => {
    expect(await answer('POST', '/webhooks/crear', { ...hook, tipo: 'orders/CRATED' })).toEqual({
      status: 404,
      message: 'Webhook orders/CRATED desconocido/invalido',
    });
    for (const body of [{ url: hook.url }, { tipo: hook.tipo }, { url: 3, tipo: hook.tipo }]) {
      expect(await answer('POST', '/webhooks/crear', body)).toEqual({
        status: 404,
        message: 'Parametros incompletos (url y tipo deben estar presentes',
      });
    }
    expect(await answer('POST', '/webhooks/crear', { ...hook, url: 'not a url' })).toEqual({
      status: 404,
      message: 'Error al crear Webhook',
      error: expect.any(String),
    });
  });

  it('removes a webhook by its id, also one in a string', async () => {
    await answer('POST', '/webhooks/crear', hook);
    expect(await answer('POST', '/webhooks/eliminar', { webhook_id: '1' })).toEqual({
      status: 200,
      message: 'Success',
    });
    expect(await answer('POST', '/webhooks/eliminar', { webhook_id: 4 })).toEqual({
      status: 404,
      message: 'Webhook 4 no encontrado',
    });
    expect(await answer('POST', '/webhooks/eliminar', { webhook_id: 'x' })).toEqual({
      status: 404,
      message: 'Parametro webhook_id no esta presente o esta en un formato invalido',
    });
    expect(sandbox.registered()).toEqual([]);
  });
});
