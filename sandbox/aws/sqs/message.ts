/** A message as stored; times in milliseconds since 1970, attributes as JSON. */
export interface Message {
  seq: number;
  queue: string;
  id: string;
  body: string;
  attributes: string;
  system_attributes: string;
  sent_at: number;
  visible_at: number;
  receives: number;
  received: number;
  first_received_at: number | null;
}
