import { expect, test } from 'vitest';
import type { Api } from './api-client.ts';
import { CliError, EXIT } from './errors.ts';
import { checkConnection, lists } from './known.ts';

function apiOf(orders: object[], refused?: CliError): Api {
  const answers: Record<string, object> = {
    '/connections': { connections: [{ id: 'shop' }], removed: [{ id: 'old' }] },
    '/endpoints': { endpoints: [{ id: 'erp' }] },
    '/orders': { orders },
  };
  const get = async (path: string, query?: object) => {
    if (refused) throw refused;
    if (path === '/orders') expect(query).toEqual({ connection: 'shpo', limit: 1 });
    return answers[path];
  };
  return { get } as unknown as Api;
}

const query = { connection: 'shpo', status: 'open' };
const check = (api: Api, id: string | undefined = query.connection) =>
  checkConnection(api, id, lists(api, '/orders', query));

test('a connection that nobody has is named, with those that there are', async () => {
  const error = { message: 'there is no connection shpo: there are shop, old, erp', exitCode: EXIT.usage };
  await expect(check(apiOf([]))).rejects.toMatchObject(error);
});

test.each(['shop', 'old', 'erp'])('what is there, was, or is an endpoint is known: %s', async (id) => {
  await check(apiOf([]), id);
});

test('what has something is known, and a key that may not see connections refuses nothing', async () => {
  await check(apiOf([{ id: 'shpo:1' }]));
  await check(apiOf([], new CliError('the key lacks the scope')));
});
