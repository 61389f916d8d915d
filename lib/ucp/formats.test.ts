import { expect, it } from 'vitest';
import { formats } from './formats.ts';

it.each([
  'https://shop.example/orders/1?a=b&c=%20d#top',
  'http://[2001:db8::7]:8080/',
  'urn:ucp:order:1',
  'mailto:ana@example.com',
])('%s is a URI', (text) => expect(formats.uri(text)).toBe(true));

it.each([
  ...['', 'shop.example/orders', '/orders/1', '//shop.example/', 'https://shop.example/a b', 'https://shop.example/ł'],
  ...[
    'https://shop.example/a|b',
    'https://shop.example/100%',
    'https://',
    'http://[2001:zz]/',
    '1st:x',
    'https://x/\n',
  ],
])('%j is none', (text) => expect(formats.uri(text)).toBe(false));

it.each([
  ...['2026-11-20T08:15:00Z', '2026-11-20t08:15:00z', '2026-11-20T08:15:00.123456+02:00', '2024-02-29T23:59:59-11:30'],
  ...['2016-12-31T23:59:60Z', '2017-01-01T00:59:60+01:00', '0001-01-01T00:00:00Z'],
])('%s is an instant', (text) => expect(formats['date-time'](text)).toBe(true));

it.each([
  ...['', '2026-11-20', '2026-11-20T08:15:00', '2026-11-20 08:15:00Z', '2026-11-20T08:15Z', '2026-11-20T24:00:00Z'],
  ...['2026-02-30T08:15:00Z', '2025-02-29T08:15:00Z', '2026-13-01T08:15:00Z', '2026-00-10T08:15:00Z'],
  ...['2026-11-20T08:60:00Z', '2026-11-20T08:15:60Z', '2026-11-20T08:15:00+25:00', '2026-11-20T08:15:00.Z'],
])('%j is none', (text) => expect(formats['date-time'](text)).toBe(false));
