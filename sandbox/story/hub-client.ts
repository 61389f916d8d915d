/** What the hub's API shows of an order, as far as the stories need it. */
export interface ShownOrder {
  id: string;
  number: string;
  buyer: { first_name?: string; last_name?: string };
  shippingAddress: { first_name?: string; last_name?: string; address_locality?: string; address_country?: string };
  ucp: {
    currency: string;
    line_items: Array<{ item: { title: string }; quantity: { total: number } }>;
    totals: Array<{ type: string; amount: number }>;
  };
  fulfillments: Array<{ id: string; carrier: string; trackingNumber: string }>;
  timeline: ShownEntry[];
}

export interface ShownEntry {
  at: string;
  type: string;
  by: string;
  detail: Record<string, unknown>;
}

export type Hub = ReturnType<typeof createHubClient>;

/** The hub as its users see it: over HTTP, with a key. */
export function createHubClient(url: string, apiKey: string) {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  return {
    /** Undefined while the hub does not know the order. */
    async getOrder(id: string) {
      const response = await fetch(`${url}/orders/${encodeURIComponent(id)}`, { headers });
      return response.ok ? ((await response.json()) as ShownOrder) : undefined;
    },
    async post(path: string, body: unknown) {
      await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    },
  };
}

/** A link that signs in to the console once, without a key in it; undefined if the hub was stopped meanwhile. */
export async function signInLink(url: string, apiKey: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${url}/session/codes`, { method: 'POST', headers }).catch(() => undefined);
  if (!response?.ok) return undefined;
  const { code } = (await response.json()) as { code: string };
  return `${url}/console/sign-in#${code}`;
}
