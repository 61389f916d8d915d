import type { Marketplaces } from '../marketplaces/start.ts';
import type { Hub, ShownOrder } from './hub-client.ts';

/** One order's way from whoever sells it to whoever ships it and back. */
export interface Chapter {
  channel: string;
  shipper: string;
  /** How the hub comes to know of the order. */
  opening: string;
  /** The order of this chapter, bought now unless it was at an earlier start. */
  buy(): { id: string; isNew: boolean };
  /** What the seller does, once the hub has the order. */
  ship?(hub: Hub, order: ShownOrder): Promise<void>;
  /** The timeline entry that ends it. */
  end: string;
}

/** The five marketplaces in their roles. The last chapter is the one everything here was first made for. */
export function writeChapters({ scopio, sello, sellersCommerce, isNewStore }: Marketplaces): Chapter[] {
  return [
    {
      channel: 'SellersCommerce',
      shipper: 'Shoppo',
      opening:
        'A buyer has paid in the SellersCommerce store. It calls nobody: the hub logs in and asks what has changed.',
      buy: () => ({ id: `sc-store:${sellersCommerce.orders()[0]?.OrderNumber}`, isNew: isNewStore }),
      end: 'fulfillment.reported',
    },
    {
      channel: 'Sello',
      shipper: 'The seller',
      opening:
        'A buyer pays on a marketplace that Sello looks after. Its webhook carries an id only: the hub reads the order.',
      buy: () => buy('sello-se', sello.orders()[0]?.id, () => sello.place()[0]?.id),
      async ship(hub, order) {
        if (order.fulfillments.length > 0) return;
        await hub.post(`/orders/${encodeURIComponent(order.id)}/fulfillments`, {
          carrier: 'posten',
          trackingNumber: 'UJ501224367SE',
        });
      },
      end: 'status.reported',
    },
    {
      channel: 'Scopio',
      shipper: 'Marketful',
      opening: 'A buyer pays on Scopio. It calls the hub: a webhook, signed with their shared secret.',
      buy: () => buy('scopio-main', scopio.orders()[0]?.id, () => scopio.place()[0]?.id),
      end: 'fulfillment.reported',
    },
  ];
}

function buy(connection: string, known: string | number | undefined, place: () => string | number | undefined) {
  return { id: `${connection}:${known ?? place()}`, isNew: known === undefined };
}
