import { zonedTime } from '../zoned-time.ts';

const ZONE = 'America/Mexico_City';

export const EVENT_STATUSES = [
  'created',
  'shipped',
  'in_transit',
  'delivered',
  'failed_attempt',
  'returned',
  'cancelled',
] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

export interface ShipmentEvent {
  id: number;
  order_id: number;
  status: EventStatus;
  description: string;
  carrier_name: string | null;
  tracking_number: string | null;
  created_at: string;
}

/** An order of the warehouse, in the shape in which it is shown. */
export interface Order {
  id: number;
  num_orden: string;
  orden_id: string;
  canal: string;
  status: EventStatus;
  carrier_name: string;
  tracking_number: string | null;
  created_at: string;
  contact_info: Record<string, unknown>;
  items: OrderItem[];
  shipment_events: ShipmentEvent[];
}

export interface OrderItem {
  sku: string;
  cantidad: number;
}

/** A product the warehouse keeps. */
export interface StockItem {
  id: number;
  sku: string;
  ean: string | null;
  title: string;
  list_price: number;
  height: number | null;
  width: number | null;
  length: number | null;
  weigth: number | null;
  quantity: number;
}

/** The time on the warehouse's clock. */
export const localTime = (instant: Date): string => zonedTime(instant, ZONE);
