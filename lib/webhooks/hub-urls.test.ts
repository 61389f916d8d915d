import { expect, test } from 'vitest';
import { info as marketful } from '#lib/marketplaces/marketful/manifest';
import { info as scopio } from '#lib/marketplaces/scopio/manifest';
import { hideSecret, hubUrls } from './hub-urls.ts';

test('ends in the secret where the marketplace can prove itself by nothing else', () => {
  expect(hubUrls('https://hub.example/', marketful, 'shed', 'abc')[2]).toEqual({
    topic: 'shipment-event-created',
    url: 'https://hub.example/webhooks/marketful/shed/shipment-event-created/abc',
  });
  expect(hubUrls('https://hub.example', scopio, 'shop', 'abc')).toEqual([
    { topic: 'order-paid', url: 'https://hub.example/webhooks/scopio/shop/order-paid' },
  ]);
});

test.each([undefined, '', 'a/b', 'a b', 'ü', 'a%2Fb', 'a?b'])(
  'refuses %j as the end of a URL, without repeating it',
  (secret) => {
    const build = () => hubUrls('https://hub.example', marketful, 'shed', secret);
    expect(build).toThrow('the webhookSecret of shed ends its URLs');
    if (secret) expect(build).not.toThrow(`"${secret}"`);
  },
);

test.each([
  ['https://hub.example/webhooks/sello/s/order-new/secret', 'https://hub.example/webhooks/sello/s/order-new/…'],
  ['https://hub.example/webhooks/sello/s/order-new/secret/', 'https://hub.example/webhooks/sello/s/order-new/…'],
  ['https://hub.example/order-new//secret//?a', 'https://hub.example/order-new//…?…'],
  ['https://hub.example', 'https://hub.example'],
  ['https://hub.example/', 'https://hub.example/…'],
  ['https://erp.example/hook?token=secret', 'https://erp.example/…?…'],
  ['https://user:secret@erp.example/hook', 'https://erp.example/…'],
  ['www.example.com/secret', 'www.example.com/…'],
  ['https://erp.example/#secret', 'https://erp.example/…?…'],
])('shows %s as %s', (url, shown) => {
  expect(hideSecret(url).replace(/\?…$/, '')).toBe(shown.replace(/\?…$/, ''));
  expect(hideSecret(url)).not.toContain('secret');
});
