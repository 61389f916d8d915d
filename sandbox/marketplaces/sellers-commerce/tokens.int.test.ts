import { afterEach, describe, expect, it } from 'vitest';
import { call } from '../test-receiver.ts';
import { startSeller } from './test-seller.ts';

const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(...options: Parameters<typeof startSeller>) {
  const seller = await startSeller(...options);
  stops.push(seller.sandbox.stop);
  return seller;
}

describe('SellersCommerce tokens', () => {
  it('issues a token for the access key and the shared secret', async () => {
    const { issued, get } = await start();
    expect(issued).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 3599,
      refresh_token: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await get('/order/getall')).toEqual({ status: 200, json: [] });
  });

  it('wants a bearer token on everything else', async () => {
    const { get, issued } = await start();
    for (const headers of [
      {},
      { authorization: issued.access_token },
      { authorization: 'bearer no' },
      { authorization: `Basic ${issued.access_token}` },
    ]) {
      const refused = await get('/order/getall', headers as Record<string, string>);
      expect(refused).toEqual({ status: 401, json: { Message: 'Authorization has been denied for this request.' } });
    }
    expect((await get('/order/getall', { authorization: `Bearer ${issued.access_token}` })).status).toBe(200);
  });

  it('refuses wrong credentials, other grants and bodies that are no form', async () => {
    const { token, sandbox } = await start();
    const login = { grant_type: 'password', username: 'the-access-key', password: 'no' };
    expect(await token(login)).toEqual({ status: 400, json: { error: 'invalid_grant' } });
    expect(await token({ grant_type: 'password' })).toEqual({ status: 400, json: { error: 'invalid_grant' } });
    expect(await token({ grant_type: 'client_credentials' })).toMatchObject({
      status: 400,
      json: { error: 'unsupported_grant_type' },
    });
    const asJson = await call(`${sandbox.url}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: { ...login, password: 'the-shared-secret' },
    });
    expect([asJson.status, asJson.json.error]).toEqual([400, 'unsupported_grant_type']);
    expect(sandbox.tokens().counts).toEqual({ issued: 1, refused: 4, spentAgain: 0 });
  });

  it('changes the refresh token at every use and refuses a spent one', async () => {
    const { issued, refresh, get, use } = await start();
    const second = await refresh(issued.refresh_token);
    expect(second.status).toBe(200);
    expect(second.json.refresh_token).not.toBe(issued.refresh_token);
    expect(await refresh(issued.refresh_token)).toEqual({ status: 400, json: { error: 'invalid_grant' } });
    expect((await refresh(second.json.refresh_token)).status).toBe(200);
    expect((await get('/order/getall')).status).toBe(200);
    use(second.json.access_token);
    expect((await get('/order/getall')).status).toBe(200);
    expect((await refresh('never-issued')).json).toEqual({ error: 'invalid_grant' });
  });

  it('shows who spent one refresh token at the same time', async () => {
    const { issued, refresh, control } = await start();
    const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(issued.refresh_token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400]);
    const report = await control('/tokens', undefined, 'GET');
    expect(report.json.counts).toEqual({ issued: 2, refused: 3, spentAgain: 1 });
    expect(report.json.spentAgain).toEqual([
      { refreshToken: 'rt_1', spentAt: expect.any(String), againAt: Array(3).fill(expect.any(String)) },
    ]);
    expect(report.json.calls.at(-1)).toMatchObject({ outcome: 'refused', reason: 'spent', refreshToken: 'rt_1' });
    expect(report.text).not.toContain(issued.refresh_token);
  });

  it('lets an access token live for an hour and a refresh token for four', async () => {
    let at = Date.parse('2026-11-20T08:00:00Z');
    const { issued, get, refresh, use } = await start({ now: () => new Date(at) });
    at += 3598_000;
    expect((await get('/order/getall')).status).toBe(200);
    at += 1000;
    expect((await get('/order/getall')).status).toBe(401);
    at += 3 * 3_600_000;
    const renewed = await refresh(issued.refresh_token);
    expect(renewed.status).toBe(200);
    use(renewed.json.access_token);
    expect((await get('/order/getall')).status).toBe(200);
    at += 4 * 3_600_000;
    expect((await refresh(renewed.json.refresh_token)).json).toEqual({ error: 'invalid_grant' });
  });

  it('scales the lifetimes, takes others and ends tokens early', async () => {
    const { control, login, get, refresh, sandbox } = await start({ timeScale: 60 });
    expect(sandbox.tokens().lifetimes).toEqual({ accessTokenSeconds: 3599 / 60, refreshTokenSeconds: 240 });
    expect((await login()).json.expires_in).toBe(59);
    const set = await control('/tokens', { accessTokenSeconds: 5 }, 'PUT');
    expect(set.json.lifetimes).toEqual({ accessTokenSeconds: 5, refreshTokenSeconds: 240 });
    const { json } = await login();
    expect(json.expires_in).toBe(5);
    expect((await control('/tokens/expire', {})).json).toEqual({ expired: 3 });
    expect((await get('/order/getall')).status).toBe(401);
    expect((await refresh(json.refresh_token)).status).toBe(200);
    await control('/tokens/expire', { which: 'refresh' });
    expect((await refresh(json.refresh_token)).status).toBe(400);
    expect((await control('/tokens', { accessTokenSeconds: 0 }, 'PUT')).status).toBe(400);
  });
});
