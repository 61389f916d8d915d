import { createHmac } from 'node:crypto';
import { SECRETS, SHOP, type Stage } from './stage.ts';

export const sign = (body: string | Buffer, secret = SECRETS.webhookSecret, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', secret).update(body).digest(encoding);

/** POSTs bytes to the shop's webhook, signed as by Scopio unless a signature is given. */
export function post(
  { hub }: Pick<Stage, 'hub'>,
  body: string | Buffer,
  { signature = sign(body), path = `scopio/${SHOP}/order-paid`, headers = {} as Record<string, string> } = {},
): Promise<Response> {
  return fetch(`${hub.url}/webhooks/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-scopio-signature': signature, ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
}

/** A Scopio event about an order, as its webhook carries it. */
export const eventOf = (order: Record<string, unknown>, sentAt = new Date().toISOString()) =>
  JSON.stringify({ id: `evt_${order.id}_${sentAt}`, type: 'order.paid', created_at: sentAt, order });

const ADDRESS = {
  first_name: 'Zenobia',
  last_name: 'Quetzalcanary',
  street_address: 'Calle Fugadedatos 1234',
  extended_address: 'Americana',
  address_locality: 'Guadalajara',
  address_region: 'Jalisco',
  postal_code: '44160',
  address_country: 'MX',
  phone_number: '+523300998877',
  email: 'zenobia.canary@example.com',
};

/** An order in Scopio's own shape: two mugs and a tea to Guadalajara, 120.00 + 24.60 gross including shipping. */
export function scopioOrder(id: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    number: `N-${id}`,
    status: 'paid',
    created_at: '2026-11-20T09:12:00+01:00',
    paid_at: '2026-11-20T09:15:00+01:00',
    currency: 'PLN',
    shipping_method: 'dhl',
    items: [
      { id: 'li_1', sku: 'MUG-RED', title: 'Red mug', quantity: 2, net_price: '40.65', gross_price: '50.00' },
      { id: 'li_2', sku: 'TEA-LINDEN', title: 'Tea', quantity: 1, net_price: '20.00', gross_price: '24.60' },
    ],
    shipping: { net_price: '16.26', gross_price: '20.00' },
    total_net: '117.56',
    total_gross: '144.60',
    ...changes,
    shipping_address: { ...ADDRESS, ...(changes.shipping_address as object | undefined) },
  };
}
