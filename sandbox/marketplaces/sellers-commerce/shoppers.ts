import { refuse } from './answers.ts';
import type { Endpoints } from './calls.ts';
import { applyQuery } from './odata.ts';
import type { Fields } from './odata-filter.ts';
import type { Order } from './order.ts';
import type { Shop } from './shop.ts';

const SHOPPER_FIELDS: Fields = { UserName: 'string', FirstName: 'string', LastName: 'string', ShopperTypeID: 'number' };

/** The shoppers, made from the orders' buyers, in the shape of the document's one example. */
export function serveShoppers({ get, list }: Endpoints, shop: Shop): void {
  const shoppers = () => [...new Map(shop.list().map((order) => [order.Email, toShopper(order)])).values()];

  // The document writes the resource both ways.
  for (const resource of ['shopper', 'Shopper']) {
    get(`/api/${resource}/getall`, ({ query }) => list(applyQuery(shoppers(), SHOPPER_FIELDS, query)));

    get(`/api/${resource}/get/:username`, ({ params }) => {
      const shopper = shoppers().find(({ UserName }) => UserName === (params as { username: string }).username);
      if (!shopper) throw refuse(22);
      return shopper;
    });
  }
}

function toShopper({ Email, ShippingAddress }: Order) {
  const { FirstName, LastName, AddressLine1, City, StateCode, CountryCode, ZipCode } = ShippingAddress;
  return {
    UserName: Email,
    FirstName,
    LastName,
    DOB: null,
    Deleted: false,
    ShopperTypeID: 11,
    Address: [{ AddressName: 'Shipping', AddressLine1, City, StateCode, CountryCode, ZipCode }],
  };
}
