import { createHmac } from 'node:crypto';
import type { Marketplaces } from '../marketplaces/start.ts';

/** A postal code that the warehouse refuses while the fault is active. */
const UNSERVED = '44163';
const DEAD = ['SC-2001', 'SC-2002', 'SC-2003'];
const INCOMPLETE = 'SC-2004';
const FORGED = 'SC-2005';

/**
 * Gives the console something to show, by faults of the sandbox: a dead group, a blocked address, a quarantined webhook
 * and an unreadable event. At a later start these orders exist already, and only the faults are activated again.
 */
export async function breakSomething(hub: string, { listening, connections }: Marketplaces): Promise<string> {
  const urlOf = (title: string) => listening.find((each) => each.title === title)?.url ?? '';
  const [scopio, marketful] = [urlOf('Scopio'), urlOf('Marketful')];
  const send = (url: string, body: unknown) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const place = (number: string, address: object, more: object = {}) =>
    send(`${scopio}/_sandbox/orders`, {
      id: `ord_${number}`,
      number,
      address: { address_country: 'MX', ...address },
      ...more,
    });
  const fault = (at: string, body: object) => send(`${at}/_sandbox/faults`, body);

  await fault(marketful, {
    ...{ on: 'POST /shopi_orders/multicanal_api', kind: 'status', status: 422, times: 'always', contains: UNSERVED },
    body: { message: `postal code '${UNSERVED}' is not served` },
  });
  if (!(await fetch(`${scopio}/_sandbox/orders/ord_${INCOMPLETE}`)).ok) {
    for (const number of DEAD) await place(number, { postal_code: UNSERVED });
    await place(INCOMPLETE, { extended_address: null });
    await fault(scopio, { on: 'webhook', kind: 'bad-signature' });
    await place(FORGED, {});
    const secret = connections.connections.find(({ id }) => id === 'scopio-main')?.secrets.webhookSecret ?? '';
    await sendUnreadable(`${hub}/webhooks/scopio/scopio-main/order-paid`, secret);
  }
  return `Broken on purpose, for the console to show (not with --quiet):
  three orders for a postal code that Marketful refuses, until curl -X DELETE ${marketful}/_sandbox/faults;
  an order whose address lacks its colonia; a webhook with a wrong signature; one whose order is no order.
`;
}

/** An order as no marketplace would list it: its lines are words. */
export const UNREADABLE = {
  ...{ id: 'evt_unreadable', type: 'order.paid' },
  order: { id: 'ord_unreadable', order_number: 'SC-2006', items: ['two red mugs'] },
};

async function sendUnreadable(url: string, secret: string): Promise<void> {
  const body = JSON.stringify({ ...UNREADABLE, created_at: new Date().toISOString() });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-scopio-signature': signature };
  await fetch(url, { method: 'POST', headers, body });
}
