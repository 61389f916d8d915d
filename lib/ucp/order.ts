/** The UCP release the hub speaks; its schemas are in `schemas/`. */
export const UCP_VERSION = '2026-04-08';

export interface UcpTotal {
  type: string;
  display_text?: string;
  /** Minor units of the order's currency, signed. */
  amount: number;
  /** Supplementary: they sum to `amount`. */
  lines?: Array<{ display_text: string; amount: number }>;
}

export interface UcpLineItem {
  id: string;
  item: { id: string; title: string; price: number; ean?: string; image_url?: string };
  parent_id?: string;
  quantity: { original: number; total: number; fulfilled: number };
  totals: UcpTotal[];
  status: 'processing' | 'partial' | 'fulfilled' | 'removed';
}

export interface UcpFulfillmentEvent {
  id: string;
  occurred_at: string;
  type: string;
  line_items: Array<{ id: string; quantity: number }>;
  tracking_number?: string;
  tracking_url?: string;
  carrier?: string;
  description?: string;
}

export interface UcpAdjustment {
  id: string;
  type: string;
  occurred_at: string;
  status: 'pending' | 'completed' | 'failed';
  line_items?: Array<{ id: string; quantity: number }>;
  totals?: UcpTotal[];
  description?: string;
}

/** `schemas/shopping/order.json`, the members the hub fills. */
export interface UcpOrder {
  ucp: { version: string; capabilities: Record<string, Array<{ version: string }>> };
  id: string;
  label?: string;
  checkout_id: string;
  permalink_url: string;
  currency: string;
  line_items: UcpLineItem[];
  fulfillment: {
    expectations: Array<{
      id: string;
      line_items: Array<{ id: string; quantity: number }>;
      method_type: 'shipping' | 'pickup' | 'digital';
      destination: Record<string, string>;
      description?: string;
      /** `now` or an instant. */
      fulfillable_on?: string;
    }>;
    events: UcpFulfillmentEvent[];
  };
  adjustments: UcpAdjustment[];
  totals: UcpTotal[];
}
