import { expect, test } from 'vitest';
import { RejectedError } from '#lib/platform/errors';
import { connectionOf, createRemote, RECEIVED_AT, readFixture, remoteContext } from '#test/conformance/kit';
import { getOrder } from './api.ts';
import { info } from './manifest.ts';
import { map } from './map.ts';

// The document prints no order, only a refusal and a shopper's address.
const REFUSAL = '{\n"Results": "OrderNotExist",\n"ResponseMessage": "Order Does Not Exist",\n"StatusCode": 24\n}';
const SHOPPER = `[{
"FirstName": "sample string 1",
"LastName": "sample string 2",
"DOB": "2016-04-27T14:38:17.1709364+00:00",
"Deleted": true,
"ShopperTypeID": 11,
"Address": [{
"AddressName": "sample string 1",
"AddressLine1": "sample string 3",
"City": "sample string 5",
"StateCode": "sample string 6",
"CountryCode": "sample string 7",
"ZipCode": "sample string 8"
}]
}]`;

test('the document’s refusal is one, whatever status it comes under', async () => {
  for (const status of [200, 404, 406]) {
    const { http } = createRemote(info.name, [{ status, body: REFUSAL }]);
    const remote = remoteContext({ http, connection: connectionOf(info), secrets: {} });
    await expect(getOrder(remote, '1')).rejects.toMatchObject({ name: RejectedError.name, code: 'response_24' });
  }
});

test('its address is read as it is printed, up to a country that none is', () => {
  const [{ Address: ShippingAddress, DOB }] = JSON.parse(SHOPPER);
  const order = { ...(readFixture(info.name, 'order.json') as object), ModifiedDate: DOB };
  const read = (address: unknown) =>
    map({ topic: 'order', body: { ...order, ShippingAddress: address }, receivedAt: RECEIVED_AT }, connectionOf(info));
  expect(() => read(ShippingAddress)).toThrow('ShippingAddress.CountryCode');
  expect(read([{ ...ShippingAddress[0], CountryCode: 'US' }])).toMatchObject({
    order: {
      version: '2016-04-27T14:38:17.170Z',
      shippingAddress: {
        last_name: 'sample string 1',
        street_address: 'sample string 3',
        postal_code: 'sample string 8',
      },
    },
  });
});
