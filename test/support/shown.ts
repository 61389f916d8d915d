/** What the API shows, as far as tests read it: as a stranger would, without the hub's own types. */
export interface ShownOrder {
  connection: string;
  id: string;
  number: string;
  status: string;
  placedAt: string;
  paidAt: string | null;
  buyer: Record<string, string>;
  shippingAddress: Record<string, string>;
  ucp: {
    currency: string;
    line_items: Array<{
      id: string;
      item: { id: string; title: string; price: number };
      quantity: { original: number; total: number; fulfilled: number };
      totals: Array<{ type: string; amount: number }>;
      status: string;
    }>;
    totals: Array<{ type: string; amount: number }>;
    fulfillment: { events?: Array<{ type: string; occurred_at: string }> };
    adjustments?: Array<{ type: string; totals?: Array<{ amount: number }> }>;
  };
  lines?: Array<{
    id: string;
    quantity: number;
    placed: number;
    fulfilled: number;
    cancelled: number;
    returned: number;
  }>;
  placements?: Array<{ state: string; number: string; lineItems: Array<{ id: string; quantity: number }> }>;
  fulfillments: Array<{ id: string; by: string; carrier: string; trackingNumber: string; shippedAt: string }>;
  timeline: Array<{ at: string; type: string; by: string; detail: Record<string, unknown> }>;
  deliveries: string[];
}

export interface ShownAttempt {
  number: number;
  startedAt: string;
  endedAt: string;
  outcome: string;
  httpStatus?: number;
  code?: string;
  description?: string;
  nextAttemptAt: string | null;
}

export interface ShownDelivery {
  id: string;
  kind: string;
  action: string;
  connection: string;
  order: string | null;
  state: string;
  cause: { code: string; description: string } | null;
  createdAt: string;
  traceId: string | null;
  nextAttemptAt: string | null;
  attempts: ShownAttempt[];
}

export interface ShownEvent {
  id: string;
  connection: string;
  topic: string;
  receivedBy: string;
  state: string;
  order: string | null;
  error: { code: string; description: string; field?: string } | null;
  note: string | null;
  body?: string;
  encoding?: string;
  traceId: string | null;
}
