import { describe, expect, test } from 'vitest';
import type { TokenGrants } from '#lib/connections/tokens';
import { BlockedError, RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, RECEIVED_AT, remoteContext } from '#test/conformance/kit';
import { postInventory, postPayment, postShipping } from './api.ts';
import { info } from './manifest.ts';
import { grantsOf } from './token.ts';

const secrets = { accessKey: 'access', sharedSecret: 'shared' };
function open(script: Array<Answer | 'timeout' | 'reset'>) {
  const { calls, http } = createRemote(info.name, script);
  return { calls, context: remoteContext({ http, secrets, connection: connectionOf(info) }) };
}
const coded = (status: number, StatusCode: unknown, Results = 'Word'): Answer => ({
  status,
  body: JSON.stringify({ Results, ResponseMessage: 'in words', StatusCode }),
});
const SHIPPING = { OrderNumber: '1', CarrierId: 1, TrackingNumber: 'T', ShippedDate: '', Items: [] };

describe('the codes decide, whatever the HTTP status says', () => {
  const outcomes: Array<[number[], 'done' | typeof BlockedError | typeof RejectedError | typeof RetryableError]> = [
    [[20, 33], 'done'],
    [[21], BlockedError],
    [[22, 24, 25, 26, 27, 28, 30, 31, 32, 34, 35, 36], RejectedError],
    [[29], RetryableError],
  ];
  const cases = outcomes.flatMap(([codes, outcome]) => codes.map((code) => [code, outcome] as const));

  test.each(cases)('%i', async (code, outcome) => {
    for (const status of [200, 401, 404, 406, 500]) {
      for (const said of [code, `${code}`]) {
        const { calls, context } = open([coded(status, said)]);
        const result = await postShipping(context, SHIPPING).catch((error: unknown) => error);
        if (outcome === 'done') expect(result).toBeUndefined();
        else expect([outcome, result]).toEqual([outcome, expect.any(outcome)]);
        expect(calls).toHaveLength(1);
      }
    }
  });

  test('a payment that is there or captured already is done', async () => {
    for (const code of [20, 27, 28, 33]) {
      const { context } = open([coded(406, code)]);
      const payment = { OrderNumber: '1', TransactionNumber: '1', AuthorizationCode: 'A1' };
      await expect(postPayment(context, payment)).resolves.toBeUndefined();
    }
  });

  test('tells their words, and of several answers the worst', async () => {
    const { context } = open([
      { status: 200, body: JSON.stringify([{ StatusCode: 20 }, { StatusCode: 34, Results: 'InvalidSku' }]) },
    ]);
    const error = await postInventory(context, [{ SkuCode: 'A', Inventory: 1 }]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'response_34', detail: { description: 'InvalidSku', httpStatus: 200 } });
  });

  test('without a code the status decides, and a 200 is read back', async () => {
    await expect(postShipping(open([{ status: 404, body: '<html>' }]).context, SHIPPING)).rejects.toBeInstanceOf(
      RejectedError,
    );
    await expect(postShipping(open([coded(502, 23)]).context, SHIPPING)).rejects.toBeInstanceOf(RetryableError);
    await expect(postShipping(open([{ status: 200, body: 'true' }]).context, SHIPPING)).rejects.toBeInstanceOf(
      UnknownOutcomeError,
    );
    await postShipping(open([{ status: 204, body: '' }]).context, SHIPPING);
    for (const body of [
      '{"results":"Processed","responseMessage":"","statusCode":20}',
      '{"status_code":"20"}',
      '{"Results":"Processed"}',
      '"Processed"',
      'Processed Successfully',
    ])
      await postShipping(open([{ status: 200, body }]).context, SHIPPING);
    const refused = open([{ status: 200, body: '{"results":"InvalidData","responseMessage":"no","statusCode":30}' }]);
    const detail = { code: 'response_30', description: 'InvalidData: no' };
    await expect(postShipping(refused.context, SHIPPING)).rejects.toMatchObject({ detail });
  });
});

describe('tokens', () => {
  const ISSUED = { status: 200, body: 'token.json' };
  const REFUSED = { status: 400, body: '{"error":"invalid_grant"}' };

  test('are asked for with a form, and live as long as they say', async () => {
    const { calls, context } = open([ISSUED, { status: 200, body: 'token-refreshed.json' }]);
    const pair = await grantsOf(context).login();
    expect(calls[0]).toMatchObject({
      method: 'POST',
      body: { grant_type: 'password', username: 'access', password: 'shared' },
    });
    expect(calls[0]?.url.pathname).toBe('/base/token');
    expect(calls[0]?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(pair).toMatchObject({
      refreshToken: '83895c3b-d59f-420e-b67a-8ca6ce3a17b4',
      validUntil: new Date(Date.parse(RECEIVED_AT) + 3599_000).toISOString(),
      refreshUntil: new Date(Date.parse(RECEIVED_AT) + 4 * 3600_000).toISOString(),
    });
    const undated = open([{ status: 200, body: '{"access_token":"a","expires_in":"soon"}' }]).context;
    expect(await grantsOf(undated).login()).toMatchObject({
      validUntil: new Date(Date.parse(RECEIVED_AT) + 3600_000).toISOString(),
    });
    const next = await grantsOf(context).refresh?.(pair.refreshToken ?? '');
    expect(calls[1]?.body).toEqual({ grant_type: 'refresh_token', refresh_token: pair.refreshToken });
    expect(next?.refreshToken).toBe('1e1e2f48-824f-44fc-ac09-18f790acfb74');
  });

  test('refused to a login block, refused to a refresh lead to a login, and nothing of it is unknown', async () => {
    for (const answer of [REFUSED, { status: 401, body: '{}' }]) {
      const login = await grantsOf(open([answer]).context)
        .login()
        .catch((error: unknown) => error);
      expect(login).toMatchObject({ code: 'credentials_refused', waitsFor: 'connection' });
      await expect(grantsOf(open([answer]).context).refresh?.('old')).rejects.toBeInstanceOf(RejectedError);
    }
    await expect(grantsOf(open(['timeout']).context).login()).rejects.toBeInstanceOf(RetryableError);
    await expect(grantsOf(open(['reset']).context).refresh?.('old')).rejects.toBeInstanceOf(RetryableError);
  });

  test('refused to a call are renewed once, and the call is repeated once', async () => {
    const unauthorized = { status: 401, body: 'unauthorized.json' };
    const { calls, context } = open([unauthorized, coded(200, 20), unauthorized, unauthorized]);
    const asked: Array<string | undefined> = [];
    const token = async (_grants: TokenGrants, stale?: string) => {
      asked.push(stale);
      return stale === undefined ? 'old' : 'new';
    };
    await postShipping({ ...context, token }, SHIPPING);
    expect(calls.map(({ headers }) => headers.get('authorization'))).toEqual(['bearer old', 'bearer new']);
    expect(asked).toEqual([undefined, 'old']);
    await expect(postShipping({ ...context, token }, SHIPPING)).rejects.toBeInstanceOf(BlockedError);
    expect(calls).toHaveLength(4);
  });

  test('that lapse between their renewal and their use are renewed twice, and not three times', async () => {
    const unauthorized = { status: 401, body: 'unauthorized.json' };
    const token = async (_grants: TokenGrants, stale = '0') => String(Number(stale) + 1);
    const two = open([unauthorized, unauthorized, coded(200, 20)]);
    await postShipping({ ...two.context, token }, SHIPPING);
    expect(two.calls).toHaveLength(3);
    const three = open([unauthorized, unauthorized, unauthorized, coded(200, 20)]);
    await expect(postShipping({ ...three.context, token }, SHIPPING)).rejects.toBeInstanceOf(BlockedError);
    expect(three.calls).toHaveLength(3);
  });
});
