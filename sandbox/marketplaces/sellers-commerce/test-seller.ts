import type { SandboxEvent } from '../base.ts';
import { call } from '../test-receiver.ts';
import { type SellersCommerceOptions, startSellersCommerceSandbox } from './index.ts';

/** For tests: a sandbox, its control surface, and a seller who is logged in. */
export async function startSeller(options: Partial<SellersCommerceOptions> = {}) {
  const events: SandboxEvent[] = [];
  const sandbox = await startSellersCommerceSandbox({
    accessKey: 'the-access-key',
    sharedSecret: 'the-shared-secret',
    onEvent: (event) => events.push(event),
    ...options,
  });
  const token = async (form: Record<string, string>) => {
    const response = await fetch(`${sandbox.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
    return { status: response.status, json: JSON.parse(await response.text()) };
  };
  const login = () => token({ grant_type: 'password', username: 'the-access-key', password: 'the-shared-secret' });
  const refresh = (refreshToken: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  const { json: issued } = await login();
  let authorization = `bearer ${issued.access_token}`;

  const get = async (path: string, given: Record<string, string> = { authorization }) => {
    const response = await fetch(`${sandbox.url}/api${path}`, { headers: given });
    return { status: response.status, json: JSON.parse(await response.text()) };
  };
  return {
    sandbox,
    events,
    issued,
    token,
    login,
    refresh,
    get,
    use: (accessToken: string) => {
      authorization = `bearer ${accessToken}`;
    },
    post: (path: string, body: unknown, contentType = 'application/json') =>
      call(`${sandbox.url}/api${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': contentType },
        body,
      }),
    control: (path: string, body?: unknown, method = 'POST') =>
      call(`${sandbox.url}/_sandbox${path}`, { method, ...(body === undefined ? {} : { body }) }),
    /** The numbers of the orders that a query finds. */
    async find(query: Record<string, string>): Promise<string[]> {
      const { json } = await get(`/order/getall?${new URLSearchParams(query)}`);
      return json.map(({ OrderNumber }: { OrderNumber: string }) => OrderNumber);
    },
  };
}
