/** The document's Id tables, value to name, as printed. */
export const ORDER_STATUSES: Readonly<Record<number, string>> = {
  1: 'Live Cart',
  2: 'Abandoned Cart',
  3: 'Placed',
  4: 'Waiting for dropshipment',
  5: 'Cancelled',
  6: 'Awaiting Fulfillment',
  7: 'Awaiting Shipment',
  8: 'Partially Shipped',
  9: 'Shipped',
  10: 'Completed',
  35: 'Processing Order',
  36: 'Rejected',
  37: 'Undelivered',
  38: 'Partial Paid',
};

export const STATUS = { cancelled: 5, placed: 3, partiallyShipped: 8, shipped: 9, processing: 35 } as const;

/** Statuses in which there is nothing to ship or capture, or nothing any more. */
export const NOT_SOLD: readonly number[] = [1, 2, 5, 36];

export const PAYMENT_STATUSES: Readonly<Record<number, string>> = {
  74: 'AuthorizeAndCapture',
  75: 'AuthorizeOnly',
  86: 'PriorAuthCapture',
};

export const PAYMENT = { captured: 74, authorized: 75, capturedLater: 86 } as const;

export const PAYMENT_METHODS: Readonly<Record<number, string>> = {
  30: 'PayPal [Express Checkout]',
  31: 'Credit Card',
  32: 'Manual Payment',
  33: 'Purchase Order',
  90: 'Store Credit',
  91: 'Gift Card',
  224: 'Cyber Source (Secure Acceptance)',
};

// There is no 9 in the document.
export const CARRIERS: Readonly<Record<number, string>> = {
  1: 'UPS',
  2: 'USPS',
  3: 'Flat Rate Per Item',
  4: 'Ship By Weight',
  5: 'Ship By Order Total',
  6: 'Flat Rate Per Order',
  7: 'In Store Pick Up',
  8: 'FEDEX',
  10: 'Ship by Order Total[Tiered]',
};

/** Services by the carrier they belong to. There is no 12 and no 33 in the document. */
export const SERVICE_TYPES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  1: {
    1: 'Ground',
    2: 'Next Day Air Early AM',
    3: 'Next Day Air',
    4: 'Next Day Air Saver',
    5: '2nd Day Air Early AM',
    6: '2nd Day Air',
    7: '3 Day Select',
    8: 'Canada Standard',
    9: 'Worldwide Express',
    10: 'Worldwide Express Plus',
    11: 'Worldwide Expedited',
  },
  2: { 13: 'ExpressMail', 14: 'PriorityMail', 15: 'Parcel Post (Machinable)', 16: 'Library', 17: 'Media' },
  8: {
    18: 'Priority Overnight',
    19: 'Standard Overnight',
    20: 'First Overnight',
    21: 'FedEx 2 Day',
    22: 'FedEx Express Saver',
    23: 'International Priority',
    24: 'International Economy',
    25: 'International First',
    26: 'FedEx 1 Day Freight',
    27: 'FedEx 2 Day Freight',
    28: 'FedEx 3 Day Freight',
    29: 'FedEx Ground',
    30: 'Ground Home Delivery',
    31: 'International Priority Freight',
    32: 'International Economy Freight',
  },
  10: { 34: 'Tier One', 35: 'Tier Two', 36: 'Tier Three' },
};

export const RETURN_STATUSES: Readonly<Record<number, string>> = {
  97: 'Return Initiated',
  98: 'Return Accepted',
  99: 'Return Rejected',
  100: 'Return Refunded',
  104: 'Return Partially Accepted',
};

export const RETURN_INITIATED = 97;

export const RETURN_TYPES: Readonly<Record<number, string>> = { 102: 'Replaced', 103: 'Refunded' };
