import { randomBytes } from 'node:crypto';

/** 700 KB that cannot be compressed. */
const LABEL = randomBytes(525_000).toString('base64');

/** A JSON body with a label in some of its orders: something that a vendor may send and no mapper reads. */
export function labelled<Body>(text: string, choose: (body: Body) => object[]): string {
  try {
    const body = JSON.parse(text) as Body;
    const chosen = choose(body);
    for (const order of chosen) Object.assign(order, { shipping_label_pdf: LABEL });
    return chosen.length > 0 ? JSON.stringify(body) : text;
  } catch {
    // Text that is not JSON comes from a fault.
    return text;
  }
}
