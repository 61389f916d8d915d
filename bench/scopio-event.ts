import { createHmac } from 'node:crypto';

export const WEBHOOK_SECRET = 'bench-webhook-secret';

/** A paid order of a buyer in Mexico as Scopio's webhook carries it: two kilobytes. */
export function paidOrder(id: string): string {
  const placed = new Date().toISOString();
  const items = Array.from({ length: 5 }, (_, n) => ({
    id: `li_${n + 1}`,
    sku: `MUG-${n}`,
    ean: `590123412345${n}`,
    title: `Stoneware mug, 350 ml, glazed by hand, dishwasher safe, colour ${n + 1} of 5 of the spring collection`,
    quantity: 1 + (n % 2),
    net_price: '40.65',
    gross_price: '50.00',
  }));
  const order = {
    id,
    number: `N-${id}`,
    status: 'paid',
    created_at: placed,
    paid_at: placed,
    currency: 'PLN',
    shipping_address: {
      first_name: 'Zenobia',
      last_name: 'Quetzal',
      street_address: 'Calle Libertad 1234',
      extended_address: 'Americana',
      address_locality: 'Guadalajara',
      address_region: 'Jalisco',
      postal_code: '44160',
      address_country: 'MX',
      phone_number: '+523300998877',
      email: 'zenobia@example.com',
    },
    shipping_method: 'dhl',
    items,
    shipping: { net_price: '16.26', gross_price: '20.00' },
    total_net: '300.81',
    total_gross: '370.00',
    note: 'Please ring twice: the bell is at the side of the house, behind the second gate, and cannot be heard at once.',
  };
  return JSON.stringify({ id: `evt_${id}`, type: 'order.paid', created_at: placed, order });
}

export const sign = (body: string): string => createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');
